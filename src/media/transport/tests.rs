//! A whole client against a whole transport, over a link that loses what it is told to.
