//! Holds no code: the integration binary beside this file is the package.
