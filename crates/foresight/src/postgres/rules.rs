//! The rules as data: what each form of a statement takes and does, and where PostgreSQL's documentation says so.

use crate::LockMode::{
    self, AccessExclusive, Exclusive, RowExclusive, RowShare, Share, ShareRowExclusive, ShareUpdateExclusive,
};
use crate::Work::{self, Index, Nothing, Rewrite, Rows, Scan};

/// One rule: a form of a statement, on which versions, and what it does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rule {
    /// The form.
    pub form: Form,
    /// The first major version that it holds for.
    pub since: u32,
    /// The mode of the lock on the relation that the statement is about; `None` where there is none that was there before.
    pub mode: Option<LockMode>,
    /// The mode of the lock on other relations, such as a foreign key's.
    pub other: Option<LockMode>,
    /// What is done with the rows under that lock.
    pub work: Work,
    /// The page of the documentation, without `.html`.
    pub source: &'static str,
    /// What does the same and stands in nobody's way.
    pub better: Option<&'static str>,
}

impl Rule {
    const fn of(form: Form, mode: LockMode, work: Work, source: &'static str) -> Self {
        Self { form, since: 12, mode: Some(mode), other: None, work, source, better: None }
    }

    const fn unlocked(form: Form, source: &'static str) -> Self {
        Self { form, since: 12, mode: None, other: None, work: Nothing, source, better: None }
    }

    const fn other(self, mode: LockMode) -> Self {
        Self { other: Some(mode), ..self }
    }

    const fn since(self, version: u32) -> Self {
        Self { since: version, ..self }
    }

    const fn better(self, better: &'static str) -> Self {
        Self { better: Some(better), ..self }
    }

    /// The rule for a form on a version: the newest that holds there.
    #[must_use]
    pub fn on(form: Form, version: u32) -> Option<&'static Self> {
        RULES.iter().filter(|rule| rule.form == form && rule.since <= version).max_by_key(|rule| rule.since)
    }
}

macro_rules! forms {
    ($($form:ident = $words:literal;)+) => {
        /// A form of a statement, as far as its lock and its work depend on it.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Form {
            $(#[doc = $words] $form,)+
        }

        impl Form {
            /// Every form.
            pub const ALL: &[Self] = &[$(Self::$form),+];

            /// What it does, in words.
            #[must_use]
            pub fn words(self) -> &'static str {
                match self { $(Self::$form => $words,)+ }
            }
        }
    };
}

forms! {
    AddCheck = "add a check constraint";
    AddCheckNotValid = "add a check constraint that is not validated yet";
    AddColumn = "add a column";
    AddColumnFilled = "add a column with a value of its own in each row";
    AddColumnNotNull = "add a column that takes no NULL and has no default";
    AddExclude = "add an exclusion constraint";
    AddForeignKey = "add a foreign key";
    AddForeignKeyNotValid = "add a foreign key that is not validated yet";
    AddKey = "add a unique constraint or a primary key";
    AddKeyUsingIndex = "make a constraint of an index";
    AlterTypeFree = "change a type without touching the rows";
    AlterTypeRewrite = "change a type";
    AlterTable = "change a table's definition";
    AlterTableOption = "change a table's option";
    Analyze = "analyze";
    AttachPartition = "attach a partition";
    Cluster = "sort a table by an index";
    CommentOn = "comment";
    CreateIndex = "create an index";
    CreateIndexConcurrently = "create an index concurrently";
    CreateObject = "create an object that is no table";
    CreatePartition = "create a partition";
    CreatePolicy = "create or drop a policy or a rule";
    CreateTable = "create a table";
    CreateTrigger = "create a trigger";
    Delete = "delete rows";
    DetachPartition = "detach a partition";
    DetachPartitionConcurrently = "detach a partition concurrently";
    DropColumn = "drop a column";
    DropConstraint = "drop a constraint";
    DropIndex = "drop an index";
    DropIndexConcurrently = "drop an index concurrently";
    DropNotNull = "let a column take NULL";
    DropTable = "drop a table";
    DropTrigger = "drop a trigger";
    DropView = "drop a view";
    EnableTrigger = "switch a trigger";
    Inherit = "change whom a table inherits from";
    Insert = "insert rows";
    LockTable = "lock a table";
    Query = "read";
    Refresh = "refresh a materialized view";
    RefreshConcurrently = "refresh a materialized view concurrently";
    Reindex = "build an index again";
    ReindexConcurrently = "build an index again concurrently";
    RenameColumn = "rename a column";
    RenameIndex = "rename an index";
    RenameTable = "rename a table";
    ReplaceView = "replace a view";
    SetDefault = "change a default";
    SetNotNull = "forbid NULL in a column";
    SetNotNullProven = "forbid NULL in a column of which a check says so already";
    SetStatistics = "change what is gathered of a column";
    SetTablespace = "move a table";
    Truncate = "empty a table";
    Update = "update rows";
    VacuumFull = "rewrite a table";
    Validate = "validate a constraint";
    ValidateForeignKey = "validate a foreign key";
}

const ALTER: &str = "sql-altertable";
const LOCKS: &str = "explicit-locking";

/// The table. A form that is not in it is not known, and is said to be not known.
pub const RULES: &[Rule] = &[
    Rule::of(Form::AddCheck, AccessExclusive, Scan, ALTER).better("add it NOT VALID, then VALIDATE CONSTRAINT"),
    Rule::of(Form::AddCheckNotValid, AccessExclusive, Nothing, ALTER),
    Rule::of(Form::AddColumn, AccessExclusive, Nothing, ALTER).other(ShareRowExclusive),
    Rule::of(Form::AddColumnFilled, AccessExclusive, Rewrite, ALTER)
        .better("add it without a default, fill it in batches, then set the default"),
    Rule::of(Form::AddColumnNotNull, AccessExclusive, Scan, ALTER)
        .better("add it with a constant default, which PostgreSQL keeps beside the table"),
    Rule::of(Form::AddExclude, AccessExclusive, Index, ALTER),
    Rule::of(Form::AddForeignKey, ShareRowExclusive, Scan, ALTER)
        .other(ShareRowExclusive)
        .better("add it NOT VALID (postgresql_not_valid=True), then VALIDATE CONSTRAINT in a later transaction"),
    Rule::of(Form::AddForeignKeyNotValid, ShareRowExclusive, Nothing, ALTER).other(ShareRowExclusive),
    Rule::of(Form::AddKey, AccessExclusive, Index, ALTER)
        .better("create a unique index CONCURRENTLY, then ADD CONSTRAINT … USING INDEX"),
    Rule::of(Form::AddKeyUsingIndex, AccessExclusive, Nothing, ALTER),
    Rule::of(Form::AlterTypeFree, AccessExclusive, Nothing, ALTER).other(AccessExclusive),
    Rule::of(Form::AlterTypeRewrite, AccessExclusive, Rewrite, ALTER)
        .other(AccessExclusive)
        .better("add a column of the new type, fill it in batches, then swap the two"),
    Rule::of(Form::AlterTable, AccessExclusive, Nothing, ALTER),
    Rule::of(Form::AlterTableOption, ShareUpdateExclusive, Nothing, ALTER),
    Rule::of(Form::Analyze, ShareUpdateExclusive, Nothing, "sql-analyze"),
    Rule::of(Form::AttachPartition, ShareUpdateExclusive, Nothing, ALTER)
        .other(AccessExclusive)
        .better("add a CHECK like the partition's bounds first, NOT VALID and then validated"),
    Rule::of(Form::Cluster, AccessExclusive, Rewrite, "sql-cluster"),
    Rule::of(Form::CommentOn, ShareUpdateExclusive, Nothing, "sql-comment"),
    Rule::of(Form::CreateIndex, Share, Index, "sql-createindex")
        .better("postgresql_concurrently=True inside op.get_context().autocommit_block()"),
    Rule::of(Form::CreateIndexConcurrently, ShareUpdateExclusive, Index, "sql-createindex"),
    Rule::unlocked(Form::CreateObject, LOCKS),
    Rule::unlocked(Form::CreatePartition, "sql-createtable")
        .other(AccessExclusive)
        .better("create the table by itself, then ATTACH PARTITION"),
    Rule::of(Form::CreatePolicy, AccessExclusive, Nothing, LOCKS),
    Rule::unlocked(Form::CreateTable, "sql-createtable").other(ShareRowExclusive),
    Rule::of(Form::CreateTrigger, ShareRowExclusive, Nothing, "sql-createtrigger"),
    Rule::of(Form::Delete, RowExclusive, Rows, LOCKS),
    Rule::of(Form::DetachPartition, AccessExclusive, Nothing, ALTER)
        .other(AccessExclusive)
        .better("DETACH PARTITION … CONCURRENTLY, from PostgreSQL 14 on"),
    Rule::of(Form::DetachPartitionConcurrently, ShareUpdateExclusive, Nothing, ALTER).other(AccessExclusive).since(14),
    Rule::of(Form::DropColumn, AccessExclusive, Nothing, ALTER).other(AccessExclusive),
    Rule::of(Form::DropConstraint, AccessExclusive, Nothing, ALTER).other(AccessExclusive),
    Rule::of(Form::DropIndex, AccessExclusive, Nothing, "sql-dropindex")
        .better("postgresql_concurrently=True inside op.get_context().autocommit_block()"),
    Rule::of(Form::DropIndexConcurrently, ShareUpdateExclusive, Nothing, "sql-dropindex"),
    Rule::of(Form::DropNotNull, AccessExclusive, Nothing, ALTER),
    Rule::of(Form::DropTable, AccessExclusive, Nothing, LOCKS).other(AccessExclusive),
    Rule::of(Form::DropTrigger, AccessExclusive, Nothing, LOCKS),
    Rule::of(Form::DropView, AccessExclusive, Nothing, LOCKS),
    Rule::of(Form::EnableTrigger, ShareRowExclusive, Nothing, ALTER),
    Rule::of(Form::Inherit, AccessExclusive, Nothing, ALTER).other(ShareUpdateExclusive),
    Rule::of(Form::Insert, RowExclusive, Nothing, LOCKS),
    Rule::of(Form::LockTable, AccessExclusive, Nothing, "sql-lock"),
    Rule::unlocked(Form::Query, LOCKS),
    Rule::of(Form::Refresh, AccessExclusive, Rewrite, "sql-refreshmaterializedview")
        .better("REFRESH MATERIALIZED VIEW CONCURRENTLY"),
    Rule::of(Form::RefreshConcurrently, Exclusive, Scan, "sql-refreshmaterializedview"),
    Rule::of(Form::Reindex, Share, Index, "sql-reindex").better("REINDEX … CONCURRENTLY in an autocommit block"),
    Rule::of(Form::ReindexConcurrently, ShareUpdateExclusive, Index, "sql-reindex"),
    Rule::of(Form::RenameColumn, AccessExclusive, Nothing, ALTER),
    Rule::unlocked(Form::RenameIndex, "sql-alterindex"),
    Rule::of(Form::RenameTable, AccessExclusive, Nothing, ALTER),
    Rule::of(Form::ReplaceView, AccessExclusive, Nothing, LOCKS),
    Rule::of(Form::SetDefault, AccessExclusive, Nothing, ALTER),
    Rule::of(Form::SetNotNull, AccessExclusive, Scan, ALTER)
        .better("add a CHECK (… IS NOT NULL) NOT VALID and validate it first; SET NOT NULL then reads no row"),
    Rule::of(Form::SetNotNullProven, AccessExclusive, Nothing, ALTER),
    Rule::of(Form::SetStatistics, ShareUpdateExclusive, Nothing, ALTER),
    Rule::of(Form::SetTablespace, AccessExclusive, Rewrite, ALTER),
    Rule::of(Form::Truncate, AccessExclusive, Nothing, "sql-truncate").other(AccessExclusive),
    Rule::of(Form::Update, RowExclusive, Rows, LOCKS).better("update in batches, each in a transaction of its own"),
    Rule::of(Form::VacuumFull, AccessExclusive, Rewrite, "sql-vacuum"),
    Rule::of(Form::Validate, ShareUpdateExclusive, Scan, ALTER),
    Rule::of(Form::ValidateForeignKey, ShareUpdateExclusive, Scan, ALTER).other(RowShare),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_has_its_rule() {
        for form in Form::ALL {
            assert!(Rule::on(*form, 18).is_some(), "{form:?}");
        }
        assert_eq!(Rule::on(Form::DetachPartitionConcurrently, 13), None);
    }
}
