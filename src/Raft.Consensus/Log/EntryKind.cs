namespace Raft;

/// <summary>What an entry of the log holds. The values are part of the wire format and never change.</summary>
public enum EntryKind : byte
{
    /// <summary>A command for the state machine.</summary>
    Command = 0,

    /// <summary>The empty entry that a leader appends at the start of its term, so that what earlier terms left can commit (section 8).</summary>
    NoOp = 1,

    /// <summary>A configuration of the cluster (section 6).</summary>
    Configuration = 2,

    /// <summary>Bookkeeping of a client session (section 8).</summary>
    Session = 3,
}
