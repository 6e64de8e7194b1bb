namespace Raft.Testing;

/// <summary>A pending proposal, which a script can inspect without waiting.</summary>
#pragma warning disable CA1001 // A token source without a timer holds nothing to release.
public sealed class SimulatedProposal
#pragma warning restore CA1001
{
    private readonly Task<Committed> _task;
    private readonly CancellationTokenSource _givingUp;
    private bool _crashed;
    private TaskCompletionSource? _whenCrashed; // only where code awaits the proposal

    internal SimulatedProposal(string text, NodeId node, Func<CancellationToken, ValueTask<Committed>> propose)
    {
        Text = text;
        Node = node;
        _givingUp = new CancellationTokenSource();
        _task = propose(_givingUp.Token).AsTask();
    }

    /// <summary>Gets the proposed string.</summary>
    public string Text { get; }

    /// <summary>The proposed command as bytes.</summary>
    internal ReadOnlyMemory<byte> Command { get; set; }

    /// <summary>Gets the node that it was proposed to.</summary>
    public NodeId Node { get; }

    /// <summary>Gets the outcome.</summary>
    public ProposalFate Fate =>
        _task.IsCompletedSuccessfully ? ProposalFate.Committed
        : _task.IsCompleted ? FateOf(_task.Exception?.InnerException)
        : _crashed ? ProposalFate.Unknown
        : ProposalFate.Pending;

    /// <summary>
    /// Gets the node's answer. Throws the exception of the node, or <see cref="OutcomeUnknownException"/> if it crashed first.
    /// </summary>
    /// <exception cref="InvalidOperationException">The proposal has no outcome yet.</exception>
    public Committed Result => Fate == ProposalFate.Pending
        ? throw new InvalidOperationException($"The proposal '{Text}' has not ended yet: run the simulation first.")
        : _task.IsCompleted
        ? _task.GetAwaiter().GetResult()
        : throw new OutcomeUnknownException($"Node '{Node}' crashed before it answered the proposal '{Text}'.");

    /// <summary>Whether it has no outcome yet. Called often, and cheaper than <see cref="Fate"/>, which examines the exception.</summary>
    internal bool IsPending => !_task.IsCompleted && !_crashed;

    /// <summary>Whether its node no longer learns the outcome, because it lost its leadership.</summary>
    internal bool LostItsLeader => _task.Exception?.InnerException is OutcomeUnknownException;

    /// <summary>Called once, when the cluster has observed the outcome.</summary>
    internal Action? Ended { get; set; }

    /// <summary>The exception that it ended with, if a caller should never get that one.</summary>
    internal Exception? Unexpected =>
        _task.Exception?.InnerException is { } exception && !ObservedCall.IsDocumented(exception) ? exception : null;

    /// <summary>Why the state machine refused it, if it did.</summary>
    internal string? Rejection => (_task.Exception?.InnerException as CommandRejectedException)?.Message;

    /// <summary>The leader that a refusal named.</summary>
    internal NodeId? LeaderHint => (_task.Exception?.InnerException as NotLeaderException)?.Leader?.NodeId;

    /// <summary>Stops waiting: without an answer so far, the outcome is unknown.</summary>
    public void GiveUp() => _givingUp.Cancel();

    private static ProposalFate FateOf(Exception? exception) => exception switch
    {
        ProposalRefusedException => ProposalFate.Refused,
        CommandRejectedException => ProposalFate.Rejected,
        _ => ProposalFate.Unknown,
    };

    internal void NoteCrash()
    {
        _crashed = true;
        _whenCrashed?.TrySetResult();
    }

    /// <summary>Completes when there is an outcome, never with an exception.</summary>
    internal Task WhenEndedAsync()
    {
        _whenCrashed ??= new TaskCompletionSource();
        if (_crashed)
        {
            _whenCrashed.TrySetResult();
        }

        return Task.WhenAny(_task, _whenCrashed.Task);
    }
}
