//! The mapping, against numbers counted by another program.
