namespace Raft.Testing;

/// <summary>A node reports that the options of a member differ only if a node of the run has had other options.</summary>
/// <param name="nodes">All nodes.</param>
internal sealed class DifferencesAreReal(SimulatedNode[] nodes) : ClusterRule
{
    private readonly SortedDictionary<NodeId, SetupProblemList> _known = [];
    private bool _haveDiffered;

    public override string Name => "Differences of options are real";

    /// <summary>How often a node has reported that a member has other options.</summary>
    public int Reports { get; private set; }

    public override string? OnQuiet(SimulatedNode node)
    {
        _haveDiffered |= node.ChangeOptions is not null;
        SetupProblemList problems = node.Current!.PublishedStatus.SetupProblems;
        SetupProblemList before = _known.GetValueOrDefault(node.Id, SetupProblemList.None);
        if (ReferenceEquals(problems, before))
        {
            return null;
        }

        _known[node.Id] = problems;
        Reports += problems.DifferingMembers > before.DifferingMembers ? 1 : 0;
        _haveDiffered |= Array.Exists(nodes, static other => other.ChangeOptions is not null);
        return problems.DifferingMembers == 0 || _haveDiffered
            ? null
            : $"{node.Id} reports{problems}, and all nodes have the same options.";
    }
}
