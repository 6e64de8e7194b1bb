namespace Raft;

/// <summary>What the log should say now about a <see cref="LastingCondition"/>.</summary>
internal enum ConditionReport
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>That it has begun.</summary>
    Begins,

    /// <summary>That it still lasts.</summary>
    Lasts,

    /// <summary>That it has ended.</summary>
    Ends,
}
