namespace Raft;

/// <summary>What a log entry contains. The values are part of the wire format and never change.</summary>
public enum EntryKind : byte
{
    /// <summary>A command for the state machine.</summary>
    Command = 0,

    /// <summary>
    /// The empty entry that a leader appends at the start of its term, so that entries of earlier terms can commit (section 8).
    /// </summary>
    NoOp = 1,

    /// <summary>A <see cref="ClusterConfiguration"/> (section 6), in effect as soon as it is in the log.</summary>
    Configuration = 2,

    /// <summary>Bookkeeping of a client session (section 8). Reserved: this version refuses such entries.</summary>
    Session = 3,
}
