namespace Raft.Testing;

/// <summary>A pending proposal of a typed command, which a script can inspect without waiting.</summary>
/// <typeparam name="TResult">The results of the state machine.</typeparam>
public sealed class SimulatedProposal<TResult>
{
    private readonly ICodec<TResult> _results;

    internal SimulatedProposal(SimulatedProposal bytes, ICodec<TResult> results)
    {
        Bytes = bytes;
        _results = results;
    }

    /// <summary>The proposal with its result as bytes.</summary>
    internal SimulatedProposal Bytes { get; }

    /// <summary>Gets the command as text.</summary>
    public string Text => Bytes.Text;

    /// <summary>Gets the node that it was proposed to.</summary>
    public NodeId Node => Bytes.Node;

    /// <summary>Gets the outcome.</summary>
    public ProposalFate Fate => Bytes.Fate;

    /// <summary>Gets its index in the log.</summary>
    /// <exception cref="InvalidOperationException">The proposal has no outcome yet. Others as for <see cref="Result"/>.</exception>
    public long Index => Bytes.Result.Index;

    /// <summary>
    /// Gets the result of the state machine. Throws the exception of the node or of the state machine, or
    /// <see cref="OutcomeUnknownException"/> if the node crashed first.
    /// </summary>
    /// <exception cref="CommandRejectedException">The state machine refused it.</exception>
    /// <exception cref="InvalidOperationException">The proposal has no outcome yet.</exception>
    public TResult Result => _results.Read(Bytes.Result.Result);

    /// <summary>Stops waiting: without an answer so far, the outcome is unknown.</summary>
    public void GiveUp() => Bytes.GiveUp();
}
