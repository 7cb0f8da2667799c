//! The server as a function: everything wired together, started on given listeners, stopped by a signal.
