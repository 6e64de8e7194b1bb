using System.Globalization;

namespace Raft.Testing;

/// <summary>How an operation ended, as its client saw it.</summary>
public enum OperationOutcome
{
    /// <summary>The client received no answer: the operation may have taken effect, may still do so, or never.</summary>
    Unknown,

    /// <summary>It was answered.</summary>
    Completed,

    /// <summary>It surely did not happen.</summary>
    Refused,

    /// <summary>
    /// It was answered that the state machine rejects it: it changed nothing, and the reason says something about the state.
    /// </summary>
    Rejected,
}

/// <summary>An operation of a client.</summary>
/// <typeparam name="TInput">What a client asks. Equal inputs must have equal effects.</typeparam>
/// <typeparam name="TOutput">What it is answered.</typeparam>
/// <param name="Client">A name for the client, for messages only.</param>
/// <param name="Input">What it asked.</param>
/// <param name="BeganAt">
/// When it asked: a moment of a <see cref="History{TInput,TOutput}"/>, or a reading of any clock that all clients share and that never
/// goes back, such as <see cref="System.Diagnostics.Stopwatch.GetTimestamp"/>.
/// </param>
/// <remarks>
/// Read the clock before the operation is sent and after its answer has arrived. An operation that ended at the moment at which another
/// one began may have taken effect before or after it.
/// </remarks>
public sealed record Operation<TInput, TOutput>(string Client, TInput Input, long BeganAt)
{
    private readonly OperationOutcome? _outcome;

    /// <summary>
    /// The outcome. Default <see cref="OperationOutcome.Unknown"/>, for an operation that has no end. One that has an end or an output
    /// needs an outcome: set it, also to <see cref="OperationOutcome.Unknown"/>.
    /// </summary>
    public OperationOutcome Outcome
    {
        get => _outcome ?? OperationOutcome.Unknown;
        init => _outcome = value;
    }

    /// <summary>What was answered, if it was.</summary>
    public TOutput Output { get; init; } = default!;

    /// <summary>
    /// When it ended, on the clock of <see cref="BeganAt"/>. Null if it has not. Means nothing if the outcome is unknown.
    /// </summary>
    public long? EndedAt { get; init; }

    /// <summary>Why the state machine rejected it, if the outcome is <see cref="OperationOutcome.Rejected"/>.</summary>
    public string? Rejection { get; init; }

    /// <summary>Whether its client received an answer, which has to be explained.</summary>
    internal bool IsAnswered => Outcome is OperationOutcome.Completed or OperationOutcome.Rejected;

    internal bool HasOutcome => _outcome is not null;

    /// <summary>The operation in a line, for people.</summary>
    /// <returns>The line; its form may change.</returns>
    public override string ToString() => Outcome == OperationOutcome.Completed
        ? string.Create(CultureInfo.InvariantCulture, $"[{BeganAt} to {EndedAt}] {Client}: {Input} -> {Output}")
        : Outcome == OperationOutcome.Rejected
        ? string.Create(CultureInfo.InvariantCulture, $"[{BeganAt} to {EndedAt}] {Client}: {Input} -> rejected: {Rejection}")
        : string.Create(CultureInfo.InvariantCulture, $"[{BeganAt} to ...] {Client}: {Input} -> unknown");
}
