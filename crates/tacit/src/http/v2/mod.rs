//! Handlers of `/api/v2`.
