namespace Raft;

/// <summary>The comparison of a member's options with this node's, from the first message that shows a difference to the last.</summary>
internal sealed class SetupComparison(NodeId member)
{
    private int _requests;
    private bool _isReported;

    public NodeId Member { get; } = member;

    /// <summary>What differs; null while the member has not told its values.</summary>
    public string? Problem { get; private set; }

    /// <summary>
    /// Its messages show a difference. The module asks for the values each time; a member that does not tell them is reported as well.
    /// </summary>
    public void OnDiffers(NodeContext context)
    {
        if (++_requests == 2 && Problem is null)
        {
            SetProblem(context, $"some options differ from those of {Member}, which does not tell its values");
        }
    }

    public void OnValues(NodeContext context, IReadOnlyList<SetupValue> values) =>
        SetProblem(context, SetupConsequences.Describe(Member, context.Settings.Consensus.Setup, values));

    public void OnAgrees(NodeContext context)
    {
        if (_isReported)
        {
            context.Logger?.OptionsAgree(Member);
        }
    }

    private void SetProblem(NodeContext context, string problem)
    {
        if (problem != Problem)
        {
            Problem = problem;
            _isReported = true;
            context.Logger?.OptionsDiffer(Member, problem);
        }
    }
}
