//! Branches that are meant to stay apart: each has a base and a label of its own, and rows of its own in the version table.

use super::node::Index;
use super::{Node, RevisionGraph};

impl RevisionGraph {
    /// A label of each head's own, in the order of [`Self::real_heads`], where there are several heads, each of which has one,
    /// and no two of which have an ancestor in common. What one needs of another in `depends_on` does not join them.
    pub fn separate_branches(&self) -> Option<Vec<&str>> {
        let heads: Vec<Index> = self.indices(Node::is_real_head);
        if heads.len() < 2 {
            return None;
        }
        let mut seen = vec![false; self.nodes.len()];
        for &head in &heads {
            for index in self.reach(&[head], |node| &node.down) {
                if std::mem::replace(&mut seen[index], true) {
                    return None;
                }
            }
        }
        // Branches that share no revision share no label either.
        heads.iter().map(|&head| self.nodes[head].labels().first().map(|label| &**label)).collect()
    }
}

#[cfg(test)]
mod tests {
    use crate::cases::graph;

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
