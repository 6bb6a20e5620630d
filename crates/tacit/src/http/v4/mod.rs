//! Handlers of `/api/v4`.
