//! A perfect exec: what the program finds is what it would find without levelhead.

mod command;
mod container;
mod interruption;
mod programs;
mod silence;
mod supervisor;
mod terminal;
mod trace;
mod window;
