namespace Raft.Analyzers.StateMachines;

/// <summary>When code of a state machine runs.</summary>
[Flags]
internal enum Phases
{
    None = 0,

    /// <summary>A command is applied.</summary>
    Apply = 1,

    /// <summary>The state is captured for a snapshot.</summary>
    Capture = 2,

    /// <summary>The state is restored from a snapshot.</summary>
    Restore = 4,

    /// <summary>At any time.</summary>
    All = Apply | Capture | Restore,
}
