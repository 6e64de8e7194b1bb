namespace Raft.Testing;

/// <summary>A proposal on its way, which a script can look at without waiting.</summary>
public sealed class SimulatedProposal
{
    private readonly Task<Committed> _task;
    private bool _crashed;

    internal SimulatedProposal(string text, NodeId node, Task<Committed> task)
    {
        Text = text;
        Node = node;
        _task = task;
    }

    /// <summary>What was proposed.</summary>
    public string Text { get; }

    /// <summary>To which node.</summary>
    public NodeId Node { get; }

    /// <summary>How it ended.</summary>
    public ProposalFate Fate =>
        _task.IsCompletedSuccessfully ? ProposalFate.Committed
        : _task.IsCompleted ? _task.Exception?.InnerException is ProposalRefusedException ? ProposalFate.Refused : ProposalFate.Unknown
        : _crashed ? ProposalFate.Unknown
        : ProposalFate.Pending;

    /// <summary>What the node answered; throws what the node threw, or <see cref="OutcomeUnknownException"/> if it crashed first.</summary>
    /// <exception cref="InvalidOperationException">It has not ended yet.</exception>
    public Committed Result => Fate == ProposalFate.Pending
        ? throw new InvalidOperationException($"The proposal '{Text}' has not ended yet: run the simulation first.")
        : _task.IsCompleted
        ? _task.GetAwaiter().GetResult()
        : throw new OutcomeUnknownException($"Node '{Node}' crashed before it answered the proposal '{Text}'.");

    internal void NoteCrash() => _crashed = true;
}
