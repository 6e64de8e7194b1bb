namespace Raft.Testing;

/// <summary>
/// What clients asked of a system and what they were answered, as they saw it: the input of a <see cref="LinearizabilityChecker"/>.
/// </summary>
/// <typeparam name="TInput">What a client asks.</typeparam>
/// <typeparam name="TOutput">What it is answered.</typeparam>
/// <remarks>
/// Safe to use from any thread: each call takes the next moment of one order. An operation that is begun before it is
/// sent, and ended after its answer is there, is seen a little longer than it took, which never makes a right history wrong.
/// Several processes need a clock that they share instead, and make each <see cref="Operation{TInput,TOutput}"/> themselves.
/// </remarks>
public sealed class History<TInput, TOutput>
{
    private readonly Lock _lock = new();
    private readonly List<Operation<TInput, TOutput>> _operations = [];
    private long _moment;

    /// <summary>All operations so far, in the order in which they began, without those that surely did not happen.</summary>
    public IReadOnlyList<Operation<TInput, TOutput>> Operations
    {
        get
        {
            lock (_lock)
            {
                return [.. _operations.Where(static operation => operation.Outcome != OperationOutcome.Refused)];
            }
        }
    }

    /// <summary>A client asks for something.</summary>
    /// <param name="client">A name for the client, for messages only.</param>
    /// <param name="input">What it asks.</param>
    /// <returns>
    /// The operation, to be given to one of the other methods when it ends. One that never ends may have happened or not.
    /// </returns>
    public int Begin(string client, TInput input)
    {
        lock (_lock)
        {
            _operations.Add(new Operation<TInput, TOutput>(client, input, _moment++));
            return _operations.Count - 1;
        }
    }

    /// <summary>An operation was answered.</summary>
    /// <param name="operation">The operation.</param>
    /// <param name="output">The answer.</param>
    public void Complete(int operation, TOutput output) =>
        End(operation, OperationOutcome.Completed, output);

    /// <summary>The state machine rejected an operation: it changed nothing, and has seen a state that rejects it.</summary>
    /// <param name="operation">The operation.</param>
    /// <param name="reason">The reason, such as the message of a <see cref="CommandRejectedException"/>.</param>
    public void Reject(int operation, string reason) => End(operation, OperationOutcome.Rejected, default!, reason);

    /// <summary>An operation surely did not happen, and will not.</summary>
    /// <param name="operation">The operation.</param>
    public void Refuse(int operation) => End(operation, OperationOutcome.Refused, default!);

    /// <summary>The client gave up: the operation may have happened, may still happen, or never.</summary>
    /// <param name="operation">The operation.</param>
    public void Abandon(int operation) => End(operation, OperationOutcome.Unknown, default!);

    /// <summary>An operation as it is now.</summary>
    internal Operation<TInput, TOutput> this[int operation]
    {
        get
        {
            lock (_lock)
            {
                return _operations[operation];
            }
        }
    }

    private void End(int operation, OperationOutcome outcome, TOutput output, string? rejection = null)
    {
        lock (_lock)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(operation);
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(operation, _operations.Count);
            Operation<TInput, TOutput> begun = _operations[operation];
            if (begun.EndedAt is not null)
            {
                throw new InvalidOperationException($"Operation {operation} has ended already.");
            }

            _operations[operation] = begun with
            {
                Outcome = outcome,
                Output = output,
                Rejection = rejection,
                EndedAt = _moment++,
            };
        }
    }
}
