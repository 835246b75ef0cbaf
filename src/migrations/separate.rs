//! Branches that are meant to stay apart: each has a base and a label of its own, and rows of its own in the version table.

use std::collections::BTreeSet;

use super::{Node, RevisionGraph};

impl RevisionGraph {
    /// A label of each head's own, in the order of [`Self::real_heads`], where there are several heads, each of which has one,
    /// and no two of which have an ancestor in common. What one needs of another in `depends_on` does not join them.
    pub fn separate_branches(&self) -> Option<Vec<&str>> {
        let heads: Vec<&Node> = self.real_heads().into_iter().filter_map(|head| self.get(head)).collect();
        if heads.len() < 2 {
            return None;
        }
        let mut seen = BTreeSet::new();
        for head in &heads {
            let line = self.line(head);
            if line.iter().any(|id| seen.contains(id)) {
                return None;
            }
            seen.extend(line);
        }
        // Branches that share no revision share no label either.
        heads.iter().map(|head| head.labels().first().map(String::as_str)).collect()
    }

    /// A revision and all that it follows.
    fn line<'a>(&'a self, head: &'a Node) -> BTreeSet<&'a str> {
        let mut line = BTreeSet::new();
        let mut open = vec![head];
        while let Some(node) = open.pop() {
            if line.insert(node.revision.id.as_str()) {
                open.extend(node.revision.down_revision.iter().filter_map(|parent| self.get(parent)));
            }
        }
        line
    }
}

#[cfg(test)]
mod tests {
    use crate::migrations::cases::graph;

    #[test]
    fn branches_are_separate_by_labels_and_bases() {
        for (notation, expected) in [
            ("a1@lib;a2<-a1;b1@app;b2<-b1", Some(vec!["lib", "app"])),
            ("a1;a2<-a1@lib;b1@app;b2<-b1^a1", Some(vec!["lib", "app"])),
            ("a1@lib;a2<-a1;b1@app;b2<-b1;b3<-b1", None),
            ("a1@lib;a2<-a1;b1;b2<-b1", None),
            ("a;b<-a@lib;c<-a@app", None),
            ("a1;b1", None),
            ("a1@lib", None),
        ] {
            assert_eq!(graph(notation).separate_branches(), expected, "{notation}");
        }
    }
}
