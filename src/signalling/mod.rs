//! The LiveKit signalling protocol: tokens, join requests, the room as a state machine, the WebSocket session.
