//! Plain values against CPython: a table of expressions, each of which has the same value in both, or is unknown here.

use std::io::Write;
use std::process::{Command, Stdio};

use levelhead_python::{Value, f_string, parse};
use ruff_python_ast::{CmpOp, Expr, Stmt, UnaryOp};

/// What an expression means here, by nothing but what this crate offers.
fn evaluated(expression: &Expr) -> Option<Value> {
    let all = |elements: &[Expr]| elements.iter().map(evaluated).collect::<Option<Vec<Value>>>();
    match expression {
        Expr::Tuple(tuple) => all(&tuple.elts).map(Value::Tuple),
        Expr::List(list) => all(&list.elts).map(Value::List),
        Expr::Set(set) => Value::set(all(&set.elts)?),
        Expr::Dict(dict) => {
            let pair =
                |item: &ruff_python_ast::DictItem| Some((evaluated(item.key.as_ref()?)?, evaluated(&item.value)?));
            Value::dict(dict.items.iter().map(pair).collect::<Option<Vec<_>>>()?)
        }
        Expr::BinOp(operation) => {
            Value::binary(operation.op, &evaluated(&operation.left)?, &evaluated(&operation.right)?)
        }
        Expr::UnaryOp(operation) if operation.op == UnaryOp::USub => evaluated(&operation.operand)?.negated(),
        Expr::Compare(comparison) => {
            let (left, right) = (evaluated(&comparison.left)?, evaluated(&comparison.comparators[0])?);
            Some(Value::Bool(match comparison.ops[0] {
                CmpOp::Eq => left.equals(&right)?,
                CmpOp::Lt => left.order(&right)?.is_lt(),
                CmpOp::In => left.is_in(&right.items()?)?,
                _ => return None,
            }))
        }
        Expr::FString(string) => {
            let pieces = f_string(string, &mut |part| evaluated(part).unwrap_or(Value::Unknown(())));
            pieces.into_iter().collect::<Option<String>>().map(Value::Str)
        }
        Expr::Call(call) => {
            let positional = all(&call.arguments.args)?;
            let keyword = |keyword: &ruff_python_ast::Keyword| {
                Some((keyword.arg.as_ref()?.to_string(), evaluated(&keyword.value)?))
            };
            let keywords: Vec<(String, Value)> = call.arguments.keywords.iter().map(keyword).collect::<Option<_>>()?;
            match (&*call.func, positional.as_slice()) {
                (Expr::Attribute(attribute), _) => match evaluated(&attribute.value)? {
                    Value::Str(text) => Value::text_method(&text, &attribute.attr, &positional, &keywords),
                    _ => None,
                },
                (Expr::Name(name), [value]) => match name.id.as_str() {
                    "repr" => value.repr().map(Value::Str),
                    "str" => value.text().map(Value::Str),
                    "ascii" => value.ascii().map(Value::Str),
                    "bool" => value.truth().map(Value::Bool),
                    "list" => value.items().map(Value::List),
                    _ => None,
                },
                (Expr::Name(name), [value, Value::Str(spec)]) if name.id.as_str() == "format" => {
                    value.format(spec).map(Value::Str)
                }
                _ => None,
            }
        }
        literal => Value::literal(literal),
    }
}

const VALUES: &[&str] = &[
    "None",
    "True",
    "False",
    "0",
    "7",
    "-42",
    "1234567",
    "9223372036854775807",
    "0.0",
    "-0.0",
    "0.5",
    "2.5",
    "-3.75",
    "1e16",
    "1e15",
    "1e-4",
    "1e-5",
    "123456.789",
    "0.1",
    "1e300",
    "5e-324",
    "1e22",
    "2.675",
    "'a'",
    "''",
    "'it\\'s'",
    "'\"'",
    "'\\'\"'",
    "'a\\nb\\t\\\\'",
    "'\\x00\\x7f\\x85\\xa0\\xad'",
    "'é'",
    "'ž'",
    "'日本'",
    "'\\U0001f600'",
    "'\\ud800'",
    "()",
    "(1,)",
    "(1, 'a')",
    "[]",
    "[1, [2.0, None]]",
    "{}",
    "{'a': 1, 'b': [2]}",
    "{1: 'x'}",
    "{1}",
    "{1, 2}",
    "[1e400]",
    "-1e400",
    "(True, 'x\\'y')",
];
const PERCENTS: &[&str] = &[
    "%s",
    "%r",
    "%a",
    "%d",
    "%i",
    "%u",
    "%5d",
    "%-5d|",
    "%05d",
    "%+d",
    "% d",
    "%x",
    "%#x",
    "%X",
    "%o",
    "%#o",
    "%08x",
    "%.3d",
    "%05.3d",
    "%-05d|",
    "%#10x",
    "%f",
    "%.2f",
    "%10.3f",
    "%-10.1f|",
    "%+.0f",
    "%#.0f",
    "%e",
    "%.0e",
    "%G",
    "%g",
    "%.3g",
    "%#g",
    "%010.2f",
    "%c",
    "%5s",
    "%-5s|",
    "%.2s",
    "%5.1s",
    "%%",
    "%d%%",
    "plain",
    "%ld",
    "%",
    "%q",
    "%(a)s",
    "%(a)5s-%(a)r",
    "%F",
    "%E",
    "%+x",
    "% 05d",
    "%.1000f",
    "%s %s",
];
const SPECS: &[&str] = &[
    "", "5", "<5", ">5", "^5", "=5", "*^9", "é>6", "05", "+", "-", " ", "+08", "d", "5d", "05d", "x", "#x", "#010x",
    "X", "o", "#o", "b", "#b", ",", "_", ",d", "_x", "_b", "15,", "015,", ".2", ".0", ".3f", "f", "10.2f", "+.1f", "e",
    ".2e", "E", "g", ".3g", "G", "#g", "%", ".1%", ",.2f", "_.1f", "s", "5s", ".1", ".1s", "<5.1", "c", "n", "z.1f",
    "<05", "<<5", "F", "#.0f", "0", "1", "abc", "5.", "=+6d", ">+6", "^06", "99999", "#.3", ".17", ".20f",
];

fn expressions() -> Vec<String> {
    let mut all: Vec<String> = OTHERS.iter().map(ToString::to_string).collect();
    for value in VALUES {
        all.extend([
            format!("repr({value})"),
            format!("str({value})"),
            format!("ascii({value})"),
            format!("bool({value})"),
        ]);
        all.extend(PERCENTS.iter().map(|template| format!("'{template}' % {value}")));
        all.extend(PERCENTS.iter().map(|template| format!("'{template}' % ({value},)")));
        all.extend(SPECS.iter().map(|spec| format!("format({value}, '{spec}')")));
        all.extend(VALUES.iter().map(|other| format!("{value} == {other}")));
        all.extend(VALUES.iter().map(|other| format!("{value} < {other}")));
        all.extend(["+", "*", "%", "-", "//", "|", "&", "^", "<<", ">>"].iter().flat_map(|operator| {
            let small = |other: &&&str| !matches!(*operator, "*" | "<<") || value.len().max(other.len()) <= 5;
            VALUES.iter().filter(small).map(move |other| format!("{value} {operator} {other}"))
        }));
        all.extend(
            ["{!r:>12}", "{:{}}", "{0!s}{0!a}", "{0}{}", "{a}", "{0[0]}", "{0[a]}", "{{{}}}", "{", "}", "{:}}"]
                .iter()
                .map(|template| format!("'{template}'.format({value}, 5)")),
        );
    }
    for text in TEXTS {
        all.extend(METHODS.iter().map(|method| format!("{text}.{method}")));
    }
    all
}

const TEXTS: &[&str] = &[
    "''",
    "'a'",
    "'Hello World'",
    "'  a b  c '",
    "'a,b,,c'",
    "'\\x1cx\\x1f'",
    "'l1\\nl2\\r\\nl3\\x0bl4\\x1cl5'",
    "'-42'",
    "'+7'",
    "'aaa'",
    "'éa'",
    "'they\\'re'",
    "'A1b2'",
    "'_id'",
    "'\\u2028x\\xa0'",
    "'123'",
    "'ab ab ab'",
];
const METHODS: &[&str] = &[
    "lower()",
    "upper()",
    "capitalize()",
    "title()",
    "swapcase()",
    "casefold()",
    "strip()",
    "lstrip()",
    "rstrip()",
    "strip('a ')",
    "lstrip('a')",
    "rstrip('c ')",
    "strip(None)",
    "split()",
    "split(None)",
    "split(',')",
    "split(',', 1)",
    "rsplit(',', 1)",
    "split('aa')",
    "rsplit('aa')",
    "split(',', -1)",
    "split('')",
    "splitlines()",
    "replace('a', 'bb')",
    "replace('', '-')",
    "replace('a', 'b', 1)",
    "replace('', '-', 2)",
    "replace('a', 'b', -1)",
    "removeprefix('a')",
    "removesuffix('c ')",
    "startswith('a')",
    "startswith(('x', 'H'))",
    "endswith('')",
    "endswith(())",
    "find('a')",
    "rfind('a')",
    "index('a')",
    "rindex('b')",
    "count('a')",
    "count('')",
    "partition(',')",
    "rpartition(',')",
    "zfill(6)",
    "zfill(-1)",
    "ljust(9)",
    "rjust(9, '*')",
    "center(8)",
    "center(9)",
    "center(9, '.')",
    "isdigit()",
    "isalpha()",
    "isalnum()",
    "isspace()",
    "isupper()",
    "islower()",
    "isidentifier()",
    "isnumeric()",
    "isascii()",
    "join(['x', 'y'])",
    "join('xyz')",
    "join([1])",
    "join(())",
    "join({'k': 1})",
    "format()",
    "lower(1)",
    "find('a', 1)",
    "encode()",
    "unknown()",
];
const OTHERS: &[&str] = &[
    "f'{1}'",
    "f'{\"a\"!r}'",
    "f'{1.5:>8}'",
    "f'{3:{4}d}|'",
    "f'{\"é\"!a:>8}'",
    "f'{{}}'",
    "'a' f'{2}' 'b'",
    "f'{[1]}'",
    "f'{[1]:5}'",
    "f'{7:=+5}'",
    "f'{1=}'",
    "f'{None}'",
    "f'{True:d}'",
    "f'{0.1 + 0.2}'",
    "'%s-%s' % ('a', 'b')",
    "'%s' % ('a', 'b')",
    "'%*d' % (5, 3)",
    "'%-*d|' % (5, 3)",
    "'%*d|' % (-5, 3)",
    "'%.*f' % (2, 3.14159)",
    "'%(a)s %(b)d' % {'a': 'x', 'b': 3}",
    "'%(a)s' % {'b': 1}",
    "'%s %(a)s' % {'a': 1}",
    "'%(a)s %s' % {'a': 1}",
    "'%(a(b))s' % {'a(b)': 1}",
    "'' % [1]",
    "'' % {}",
    "'' % ()",
    "'x' % 1",
    "'{} {}'.format(1, 'a')",
    "'{1} {0}'.format(1, 'a')",
    "'{0} {}'.format(1, 2)",
    "'{a}'.format(a='x')",
    "'{a!r:>5}'.format(a='x')",
    "'{0[1]}'.format([1, 2])",
    "'{0[1][0]}'.format([1, [9]])",
    "'{d[k]}'.format(d={'k': 3})",
    "'{d[0]}'.format(d={0: 3})",
    "'{0.real}'.format(1)",
    "'{:{w}.{p}f}'.format(3.14159, w=8, p=2)",
    "'{:{}{}}'.format(1, '>', 5)",
    "'{!x}'.format(1)",
    "'{!r}'.format('a')",
    "'{ }'.format(1)",
    "'{a b}'.format(1)",
    "'{-1}'.format(1)",
    "'{0[-1]}'.format([1])",
    "'{:}'.format(1)",
    "'{a}'.format_map({'a': 1})",
    "'{!}'.format(1)",
    "'{!r }'.format(1)",
    "'{a[}]}'.format(a={'}': 1})",
    "'{00}'.format(5)",
    "{2.0: 1, 2: 2, True: 3, 1.0: 4, (1,): 5, (1.0,): 6, 'a': 7, 'a': 8}",
    "1 == True",
    "1.0 == True",
    "{1: 'a', True: 'b'}",
    "{1, True, 1.0} == {1}",
    "{'a': 1} == {'a': 1.0}",
    "(1, 2) < (1, 3)",
    "[1] < [1, 2]",
    "9007199254740993 == 9007199254740992.0",
    "9223372036854775807 < 9223372036854775808.0",
    "'a' in ['a', 1]",
    "1 in [True]",
    "[1] + [2]",
    "(1,) + (2,)",
    "[1] + (2,)",
    "{**{}}",
    "2 ** 10",
    "2 ** -1",
    "2 ** 70",
    "-7 // 2",
    "-7 % 3",
    "7 % -3",
    "1 // 0",
    "7 / 2",
    "'ab' * 3",
    "3 * 'ab'",
    "'ab' * -1",
    "'a' * True",
    "-9223372036854775807 - 2",
    "1 << 63",
    "-1 >> 70",
    "list({'a': 1})",
    "list('ab')",
    "'{0:d}'.format(True)",
    "'{:s}'.format(1)",
    "'{:5}'.format(None)",
    "'{:>5}'.format(True)",
    "'%d' % True",
    "'%d' % '1'",
    "'%x' % 1.5",
    "'%c' % 'ab'",
    "'%c' % 65",
    "'%c' % 1114112",
    "'%5c' % 'a'",
    "'%s' % None",
    "'%d' % None",
    "'%5%' % ()",
    "'%.3%' % ()",
    "'%' % ()",
];

/// What CPython says of each: the value in ASCII, or an empty line where it raises.
fn cpython(expressions: &[String]) -> Vec<String> {
    const SCRIPT: &str = "
import sys, warnings
warnings.simplefilter('ignore')
for line in sys.stdin.buffer.read().decode('utf-8').split('\\n'):
    try:
        print(ascii(eval(line)))
    except Exception:
        print()
";
    let python = Command::new("python3")
        .args(["-I", "-c", SCRIPT])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("this test compares with CPython, and there is no python3 on the PATH");
    let mut python = python;
    let mut input = python.stdin.take().expect("piped");
    let text = expressions.join("\n");
    let writer = std::thread::spawn(move || input.write_all(text.as_bytes()));
    let output = python.wait_with_output().expect("python3 ends");
    writer.join().expect("writes").expect("python3 reads");
    assert!(output.status.success(), "python3 ended with {}", output.status);
    String::from_utf8(output.stdout).expect("ASCII").lines().map(str::to_owned).collect()
}

#[test]
fn what_is_known_is_what_cpython_says() {
    let expressions = expressions();
    let answers = cpython(&expressions);
    assert_eq!(answers.len(), expressions.len());
    let (mut known, mut wrong, mut missed) = (0, Vec::new(), 0);
    for (source, answer) in expressions.iter().zip(&answers) {
        let tree = parse(source).unwrap_or_else(|error| panic!("{source}: {error}"));
        let [Stmt::Expr(statement)] = &tree.body[..] else { panic!("{source}") };
        match evaluated(&statement.value).and_then(|value| value.ascii()) {
            Some(ours) => {
                known += 1;
                if ours != *answer {
                    wrong.push(format!("{source} is {answer}, not {ours}"));
                }
            }
            None => missed += usize::from(!answer.is_empty()),
        }
    }
    assert!(wrong.is_empty(), "{} of {known}:\n{}", wrong.len(), wrong.join("\n"));
    // Else it says nothing.
    assert!(known > 2 * missed, "{known} known, {missed} not");
}
