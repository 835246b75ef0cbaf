//! Errors of the server that nothing more is known of than their group: by the first two digits of the SQLSTATE.

use super::{Cause, Reason, family};

const STATEMENT: Reason = Reason::new(
    "The statement does not fit this database.",
    "The [SQL: …] line shows which one; LINE and HINT show where.",
    "correct the statement in {migration}",
);

const VALUES: Reason = Reason::new(
    "The migration moves values that the new type or function does not take.",
    "The [SQL: …] line shows which statement.",
    "correct the values before the statement in {migration}",
);

const SERVER: Reason = Reason::new(
    "The server was not able to do it.",
    "Its own log says more at this minute.",
    "look at the database's log, and start again",
);

family! {
    /// Class 22.
    BAD_VALUE { code: "bad-value", meaning: "a value does not fit where the migration puts it", reasons: &[VALUES] }

    /// Class 23.
    INTEGRITY { code: "integrity", meaning: "existing rows break a rule of the table", reasons: &[VALUES] }

    /// Class 42.
    BAD_STATEMENT { code: "bad-statement", meaning: "the server does not accept the statement", reasons: &[STATEMENT] }

    /// Class 0A, 55.
    NOT_POSSIBLE {
        code: "not-possible",
        meaning: "the server cannot do this in the state that the object is in",
        reasons: &[STATEMENT],
    }

    /// Class 25, 2D, 3B, 40.
    TRANSACTION {
        code: "transaction",
        meaning: "the state of the transaction does not allow it",
        reasons: &[Reason::run(
            "Another transaction was in the way, or this one had ended.",
            "It passes at the next attempt, or it does not: then the migration ends its own transaction.",
            "levelhead run",
        )],
    }

    /// Class 53, 54.
    RESOURCES { code: "resources", meaning: "a limit of the server was reached", reasons: &[SERVER] }

    /// Class 57, 58, XX, F0.
    SERVER_FAULT { code: "server-fault", meaning: "the server failed or was stopped", reasons: &[SERVER] }

    /// Class P0.
    RAISED {
        code: "raised",
        meaning: "a function or a trigger of the database raised this error itself",
        reasons: &[Reason::new(
            "A function or trigger of your database checks something, and stopped the statement.",
            "CONTEXT names the function and the line.",
            "run in the database: SELECT oid::regprocedure FROM pg_proc WHERE prosrc LIKE '%RAISE%' AND pronamespace = 'public'::regnamespace",
        )],
    }

    /// Class 08 and 28, and whatever else is answered to who connects.
    REFUSED {
        code: "refused",
        meaning: "the server, or a pooler before it, refuses the connection; the words are its own",
        reasons: &[
            Reason::run(
                "User, password, database or options of the URL do not fit the server.",
                "`levelhead verify` tries the same URL step by step.",
                "levelhead verify",
            ),
            Reason::run(
                "The provider has limited or suspended the database.",
                "The provider's page says so.",
                "levelhead verify",
            ),
        ],
    }
}

impl Cause {
    /// What an SQLSTATE's class stands for.
    pub(in crate::explanation) fn of_group(state: &str) -> Option<Self> {
        Some(match state.get(..2)? {
            "22" | "21" => Self::BAD_VALUE,
            "23" => Self::INTEGRITY,
            "42" => Self::BAD_STATEMENT,
            "0A" | "55" | "2B" | "3F" => Self::NOT_POSSIBLE,
            "25" | "2D" | "3B" | "40" => Self::TRANSACTION,
            "53" | "54" => Self::RESOURCES,
            "57" | "58" | "XX" | "F0" => Self::SERVER_FAULT,
            "P0" => Self::RAISED,
            "08" | "28" | "3D" => Self::REFUSED,
            _ => return None,
        })
    }
}
