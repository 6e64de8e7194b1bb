using System.Globalization;

namespace Raft.Testing;

/// <summary>How an operation ended, as its client saw it.</summary>
public enum OperationOutcome
{
    /// <summary>It may have happened, may still happen, or never.</summary>
    Unknown,

    /// <summary>It was answered.</summary>
    Completed,

    /// <summary>It surely did not happen.</summary>
    Refused,
}

/// <summary>An operation of a client.</summary>
/// <typeparam name="TInput">What a client asks.</typeparam>
/// <typeparam name="TOutput">What it is answered.</typeparam>
/// <param name="Client">A name for the client.</param>
/// <param name="Input">What it asked.</param>
/// <param name="BeganAt">When it asked, in the order of the history.</param>
public sealed record Operation<TInput, TOutput>(string Client, TInput Input, long BeganAt)
{
    /// <summary>Gets the outcome.</summary>
    public OperationOutcome Outcome { get; init; }

    /// <summary>What was answered, if it was.</summary>
    public TOutput Output { get; init; } = default!;

    /// <summary>When it ended, in the order of the history; null if it has not.</summary>
    public long? EndedAt { get; init; }

    /// <summary>The operation in a line, for people.</summary>
    /// <returns>The line; its form may change.</returns>
    public override string ToString() => Outcome == OperationOutcome.Completed
        ? string.Create(CultureInfo.InvariantCulture, $"[{BeganAt} to {EndedAt}] {Client}: {Input} -> {Output}")
        : string.Create(CultureInfo.InvariantCulture, $"[{BeganAt} to ...] {Client}: {Input} -> unknown");
}
