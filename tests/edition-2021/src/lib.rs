//! Nothing: its tests are what this package is for.
