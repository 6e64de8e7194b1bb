namespace Raft.Testing;

/// <summary>The kinds of operations that may be next, in the order in which they are tried.</summary>
internal enum ChoiceKind
{
    /// <summary>It was completed, and leaves the state as it is: it is easier to place before the others than after them.</summary>
    CompletedThatChangesNothing,

    /// <summary>The one that ended first, which has to be taken before anything can that began later.</summary>
    CompletedFirst,

    /// <summary>It was completed, and after it the one that ended first can be taken.</summary>
    CompletedThatHelps,

    /// <summary>It was completed.</summary>
    Completed,

    /// <summary>The outcome is unknown, and after it the one that ended first can be taken.</summary>
    UnknownThatHelps,

    /// <summary>The outcome is unknown.</summary>
    Unknown,
}

/// <summary>What is tried next.</summary>
/// <param name="Kind">The kind.</param>
/// <param name="Number">The number of the operation among those of its kind.</param>
internal readonly record struct SearchChoice(ChoiceKind Kind, int Number);
