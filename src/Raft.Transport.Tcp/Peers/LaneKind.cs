namespace Raft.Transport.Tcp;

/// <summary>Which messages a connection carries. The values are part of the wire format and never change.</summary>
internal enum LaneKind : byte
{
    /// <summary>All messages but parts of snapshots, in order.</summary>
    Main = 0,

    /// <summary>Parts of snapshots, so that no heartbeat waits for one.</summary>
    Bulk = 1,
}
