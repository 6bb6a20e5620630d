//! Handlers of `/api/v3`.
