namespace Raft.Testing;

/// <summary>A proposal on its way, which a script can look at without waiting.</summary>
#pragma warning disable CA1001 // A token source without a timer holds nothing to release.
public sealed class SimulatedProposal
#pragma warning restore CA1001
{
    private readonly Task<Committed> _task;
    private readonly CancellationTokenSource _givingUp;
    private bool _crashed;

    internal SimulatedProposal(string text, NodeId node, Func<CancellationToken, ValueTask<Committed>> propose)
    {
        Text = text;
        Node = node;
        _givingUp = new CancellationTokenSource();
        _task = propose(_givingUp.Token).AsTask();
    }

    /// <summary>What was proposed.</summary>
    public string Text { get; }

    /// <summary>The same as bytes.</summary>
    internal ReadOnlyMemory<byte> Command { get; set; }

    /// <summary>To which node.</summary>
    public NodeId Node { get; }

    /// <summary>How it ended.</summary>
    public ProposalFate Fate =>
        _task.IsCompletedSuccessfully ? ProposalFate.Committed
        : _task.IsCompleted ? FateOf(_task.Exception?.InnerException)
        : _crashed ? ProposalFate.Unknown
        : ProposalFate.Pending;

    /// <summary>What the node answered; throws what the node threw, or <see cref="OutcomeUnknownException"/> if it crashed first.</summary>
    /// <exception cref="InvalidOperationException">It has not ended yet.</exception>
    public Committed Result => Fate == ProposalFate.Pending
        ? throw new InvalidOperationException($"The proposal '{Text}' has not ended yet: run the simulation first.")
        : _task.IsCompleted
        ? _task.GetAwaiter().GetResult()
        : throw new OutcomeUnknownException($"Node '{Node}' crashed before it answered the proposal '{Text}'.");

    /// <summary>Whether it has not ended yet. Asked often, and cheaper than <see cref="Fate"/>, which looks at what was thrown.</summary>
    internal bool IsPending => !_task.IsCompleted && !_crashed;

    /// <summary>Called once, when the cluster has noticed its end.</summary>
    internal Action? Ended { get; set; }

    /// <summary>The leader that a refusal named.</summary>
    internal NodeId? LeaderHint => (_task.Exception?.InnerException as NotLeaderException)?.Leader?.NodeId;

    /// <summary>Waits no longer: unless it has ended, its outcome is unknown.</summary>
    public void GiveUp() => _givingUp.Cancel();

    private static ProposalFate FateOf(Exception? exception) => exception switch
    {
        ProposalRefusedException => ProposalFate.Refused,
        CommandRejectedException => ProposalFate.Rejected,
        _ => ProposalFate.Unknown,
    };

    internal void NoteCrash() => _crashed = true;
}
