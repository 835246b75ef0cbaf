//! Cases that Alembic itself answered, and a notation for graphs.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::symbol::Place;
use super::{GraphError, Node, Problem, Revision, RevisionGraph, Step};
use version_table::RowChange;

/// Reads `a;b<-a;c<-a,b^d@label`: id, `<-` down_revision, `^` depends_on, `@` branch_labels.
pub(super) fn graph(notation: &str) -> RevisionGraph {
    RevisionGraph::new(revisions(notation)).unwrap_or_else(|problems| panic!("{notation}: {problems:?}"))
}

pub(super) fn revisions(notation: &str) -> Vec<Revision> {
    let list = |text: &str| text.split(',').filter(|name| !name.is_empty()).map(str::to_owned).collect();
    let revision = |text: &str| {
        let text = text.replace(' ', "").replace("<-", "\u{1}");
        let part = |mark: char| {
            let rest = text.split_once(mark).map_or("", |(_, rest)| rest);
            list(rest.split(['\u{1}', '^', '@']).next().unwrap_or_default())
        };
        // A second `@` gives a second label; a label may hold anything.
        let labels = text.split('@').skip(1).flat_map(|label| label.split(',')).map(str::to_owned).collect();
        Revision {
            id: text.split(['\u{1}', '^', '@']).next().unwrap_or_default().to_owned(),
            down_revision: part('\u{1}'),
            depends_on: part('^'),
            branch_labels: labels,
            ..Revision::default()
        }
    };
    notation.split(';').map(revision).collect()
}

fn strings(value: &Value) -> Vec<String> {
    value.as_array().into_iter().flatten().filter_map(|item| item.as_str().map(str::to_owned)).collect()
}

fn ids(steps: &[Step]) -> Vec<&str> {
    steps.iter().filter_map(|step| if let Step::Upgrade(id) = step { Some(id.as_str()) } else { None }).collect()
}

fn sql(changes: &[RowChange]) -> Vec<String> {
    let statement = |change: &RowChange| match change {
        RowChange::Insert(id) => format!("INSERT INTO AV (version_num) VALUES ('{id}')"),
        RowChange::Delete(id) => format!("DELETE FROM AV WHERE version_num = '{id}'"),
        RowChange::Update { from, to } => format!("UPDATE AV SET version_num='{to}' WHERE version_num = '{from}'"),
    };
    changes.iter().map(statement).collect()
}

fn nodes(nodes: Vec<&super::Node>) -> Vec<&str> {
    nodes.into_iter().map(|node| node.revision.id.as_str()).collect()
}

fn answer(graph: &RevisionGraph, command: &str, argument: &str, rows: &[String]) -> Result<Value, GraphError> {
    let changed = |steps: Vec<Step>| {
        let (changes, rows) = graph.row_changes(rows, &steps)?;
        Ok(json!({ "steps": ids(&steps), "sql": sql(&changes), "rows": rows }))
    };
    match command {
        "heads" => Ok(json!({
            "heads": graph.heads(),
            "real": graph.real_heads(),
            "bases": graph.bases(),
            "real_bases": graph.real_bases(),
        })),
        "labels" => Ok({
            let labels = |node: &Node| node.labels().iter().map(ToString::to_string).collect::<Vec<String>>();
            graph.iter().map(|node| (node.revision.id.clone(), json!(labels(node)))).collect::<Value>()
        }),
        "resolve" => {
            let shown = graph.places(argument)?.into_iter().map(|place| match place {
                Place::At(index) => json!(graph.id(index)),
                Place::Base => json!("base"),
                Place::Nowhere => Value::Null,
            });
            Ok(json!({ "revs": shown.collect::<Value>() }))
        }
        "current" => {
            let mut current = nodes(graph.current(rows)?);
            current.sort_unstable();
            Ok(json!({ "cur": current }))
        }
        "history" => {
            let (base, head) = argument.split_once(':').ok_or(GraphError::NoColon)?;
            Ok(json!({ "order": nodes(graph.history(Some(base), Some(head), rows)?) }))
        }
        "upgrade" => changed(graph.upgrade_steps(rows, argument)?),
        "stamp" => changed(graph.stamp_steps(rows, &argument.split(' ').collect::<Vec<_>>())?),
        other => panic!("an unknown command: {other}"),
    }
}

/// Alembic iterates sets here and there; what is one is compared as one.
fn unordered(value: &Value) -> BTreeSet<String> {
    strings(value).into_iter().collect()
}

#[test]
fn every_answer_of_alembic_is_ours() {
    let cases: Vec<Value> = serde_json::from_str(include_str!("../tests/data/alembic_cases.json")).expect("json");
    assert_eq!(cases.len(), 336);
    let mut wrong = Vec::new();
    for case in &cases {
        let (command, argument) = (case["cmd"].as_str().expect("cmd"), case["arg"].as_str().unwrap_or_default());
        let graph = graph(case["graph"].as_str().expect("graph"));
        let ours = answer(&graph, command, argument, &strings(&case["rows_before"]));
        let theirs = &case["result"];
        let unstable = strings(&case["unstable_across_hash_seeds"]);
        let agrees = match (&ours, theirs["error"].as_str()) {
            (Err(error), Some(theirs)) => match theirs.strip_prefix("CommandError: ") {
                Some(theirs) => theirs == error.to_string(),
                // An assertion or a KeyError inside Alembic: an error is right, and ours may have better words.
                None => true,
            },
            (Ok(ours), None) => theirs.as_object().expect("result").iter().all(|(key, theirs)| match key.as_str() {
                "warn" => true,
                key if unstable.iter().any(|name| name == key) => true,
                "steps" | "order" | "sql" | "revs" | "heads" | "real" => ours[key] == *theirs,
                key => unordered(&ours[key]) == unordered(theirs),
            }),
            _ => false,
        };
        if !agrees {
            wrong.push(format!("{case}\n  ours: {ours:?}"));
        }
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}

const L: &str = "a;b<-a;c<-b;d<-c;e<-d";
const B: &str = "a;b<-a;c1<-b@L1;d1<-c1;c2<-b@L2;d2<-c2";
const M: &str = "a;b<-a;c1<-b;d1<-c1;c2<-b@L2;d2<-c2;e<-d1,d2;f<-e";
const D: &str = "a1;a2<-a1;a3<-a2;b1;b2<-b1^a2;b3<-b2";
const R: &str = "a1;a2<-a1;b1^a2";
const LIB: &str = "a1@lib;b1<-a1;c1<-b1;a2;b2<-a2;c2<-b2^c1;d1<-c1;e1<-d1";
const TWO: &str = "a1;b1<-a1;c1<-b1;a2;b2<-a2;c2<-b2;d1<-c1,c2;d2<-c2";
const THREE: &str = "a1;b1<-a1;c1<-b1;a2;b2<-a2;c2<-b2;a3;b3<-a3;c3<-b3;d1<-c1,c2,c3;d2<-c2;d3<-c3";
const FAN: &str = "a;b1<-a;b2<-a;b3<-a;c1<-b1,b2,b3;c2<-b1,b2,b3;d1<-c1;d2<-c2";
const Y: &str = "y1@y;x1@x;y2<-y1^x1;x2<-x1";

/// Graph, rows, command and argument, the rows after it or the error.
#[rustfmt::skip]
const CHANGES: &[(&str, &str, &str, Result<&str, &str>)] = &[
    (L, "c", "upgrade b", Ok("c")),
    (L, "a", "upgrade b+2", Ok("d")),
    (L, "a", "upgrade d-2", Ok("b")),
    (L, "b", "upgrade +5", Err("Relative revision +5 didn't produce 5 migrations")),
    (L, "d", "stamp b", Ok("b")),
    (L, "a b", "upgrade head", Err("Requested revision b overlaps with other requested revisions a")),
    (L, "a b", "stamp head", Ok("e")),
    (L, "a b", "stamp b", Ok("a b")),
    (B, "", "upgrade heads", Ok("d1 d2")),
    (B, "c1", "upgrade L2@+1", Ok("c1 c2")),
    (B, "b", "upgrade +1", Err("Ambiguous walk")),
    (B, "d1 c2", "stamp b", Ok("b")),
    (B, "d1 c2", "stamp L1@base", Ok("c2")),
    (B, "d1 c2", "stamp L2@head", Ok("d1 d2")),
    (B, "b", "stamp heads", Ok("d1 d2")),
    (M, "d1 c2", "upgrade head", Ok("f")),
    (M, "d1 c2", "stamp L2@head", Ok("f")),
    (M, "e", "stamp c2", Ok("c2")),
    (D, "", "upgrade b3", Ok("b3")),
    (D, "b2", "upgrade a3", Ok("a3 b2")),
    (D, "a3", "upgrade b2", Ok("a3 b2")),
    (D, "b2", "stamp a2", Ok("a2")),
    (D, "b2", "stamp b1", Ok("b1")),
    (D, "b2", "stamp b1@base", Ok("")),
    (D, "a1 b1", "stamp b2", Ok("b2")),
    (D, "a1", "stamp heads", Ok("a3 b3")),
    (R, "", "upgrade heads", Ok("b1")),
    (LIB, "e1 c2", "stamp b1", Ok("b1")),
    (TWO, "d2 b1", "upgrade d1", Ok("d1 d2")),
    (THREE, "d3 b2 b1", "upgrade d1", Ok("d1 d3")),
    (THREE, "d1 d3", "upgrade d2", Ok("d1 d2 d3")),
    (FAN, "a", "upgrade heads", Ok("d1 d2")),
    (Y, "y2", "stamp x@base", Ok("")),
    ("a;b<-a;c<-a,b", "a", "upgrade head", Ok("c")),
];

#[test]
fn rows_change_as_the_graphs_of_the_specification_say() {
    let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    for &(notation, rows, command, expected) in CHANGES {
        let (name, argument) = command.split_once(' ').expect("an argument");
        let ours = answer(&graph(notation), name, argument, &words(rows));
        let ours = ours.map(|answer| strings(&answer["rows"]).join(" ")).map_err(|error| error.to_string());
        assert_eq!(ours.as_deref().map_err(String::as_str), expected, "{notation}: {{{rows}}} {command}");
    }
}

#[test]
fn labels_spread_as_the_graphs_of_the_specification_say() {
    let labels = |notation: &str| {
        let graph = graph(notation);
        let shown = graph.iter().map(|node| format!("{}:{}", node.revision.id, node.labels().join("+")));
        shown.collect::<Vec<_>>().join(" ")
    };
    assert_eq!(labels(B), "a: b: c1:L1 d1:L1 c2:L2 d2:L2");
    assert_eq!(labels(M), "a: b: c1: d1: c2:L2 d2:L2 e:L2 f:L2");
    let chain = "aaaa;bbbb<-aaaa;cccc<-bbbb@lab;dddd<-cccc";
    assert_eq!(labels(chain), "aaaa:lab bbbb:lab cccc:lab dddd:lab");
    assert_eq!(labels(&format!("{chain};eeee^bbbb")), "aaaa: bbbb: cccc:lab dddd:lab eeee:");
}

/// Which problem it is.
fn kind(problem: &Problem) -> &'static str {
    match problem {
        Problem::Unreadable { .. } => "unreadable",
        Problem::IllegalCharacter { .. } => "character",
        Problem::MissingParent { .. } => "parent",
        Problem::Duplicate { .. } => "duplicate",
        Problem::LabelClash { .. } => "label",
        Problem::Cycle { .. } => "cycle",
    }
}

#[test]
fn what_is_no_graph_says_everything_that_keeps_it_from_being_one() {
    let problems = |notation: &str| match RevisionGraph::new(revisions(notation)) {
        Ok(_) => Vec::new(),
        Err(problems) => problems.iter().map(|problem| format!("{}: {problem}", kind(problem))).collect(),
    };
    assert_eq!(
        problems("a;b<-x,y^z;b"),
        [
            "duplicate: revision 'b' is present more than once:  and ",
            "parent: : down_revision 'x' of revision 'b' is not present",
            "parent: : down_revision 'y' of revision 'b' is not present",
            "parent: : depends_on 'z' of revision 'b' is not present",
        ]
    );
    assert_eq!(problems("a@L;b<-L"), ["parent: : down_revision 'L' of revision 'b' is not present"]);
    assert_eq!(
        problems("a@L;b@L,a"),
        [
            "label: branch name 'L' in revision 'b' is already used by revision 'a'",
            "label: branch name 'a' in revision 'b' is already used by revision 'a'",
        ]
    );
    assert_eq!(problems("a;b<-b"), ["cycle: self-loop is detected in revisions (b)"]);
    assert_eq!(problems("a;b<-a,d;c<-b;d<-c"), ["cycle: cycle is detected in revisions (b, c, d)"]);
    assert_eq!(problems("a;b<-a,d;c<-b;d<-c;e<-d"), ["cycle: cycle is detected in revisions (b, c, d)"]);
    assert_eq!(problems("a;b<-a^c;c<-a^b"), ["cycle: dependency cycle is detected in revisions (b, c)"]);
    assert_eq!(problems("a^a;b"), ["cycle: dependency self-loop is detected in revisions (a)"]);
    assert_eq!(problems("x+y"), ["character: : character '+' is not allowed in revision identifier 'x+y'"]);
}

#[test]
fn up_to_date_is_rows_equal_to_the_real_heads() {
    for (notation, rows, expected) in
        [(R, "b1", true), (R, "a2 b1", false), (D, "b3 a3", true), (D, "b3", false), (L, "e e", true), (L, "", false)]
    {
        let rows: Vec<&str> = rows.split_whitespace().collect();
        assert_eq!(graph(notation).is_at_head(&rows), expected, "{notation} {rows:?}");
    }
    assert!(RevisionGraph::default().is_at_head::<&str>(&[]));
}
