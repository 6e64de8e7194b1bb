namespace Raft.Testing;

/// <summary>A limit at which a check ends without a verdict. <see cref="LinearizabilityOptions"/> sets them.</summary>
public enum LinearizabilityLimit
{
    /// <summary><see cref="LinearizabilityOptions.MaximumSteps"/>.</summary>
    Steps,

    /// <summary><see cref="LinearizabilityOptions.MaximumMemory"/>.</summary>
    Memory,

    /// <summary><see cref="LinearizabilityOptions.TimeLimit"/>.</summary>
    Time,
}
