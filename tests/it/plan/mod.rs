//! `plan`: what an upgrade will do, foretold and held against what it does.

mod locks;
