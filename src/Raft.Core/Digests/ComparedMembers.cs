namespace Raft;

/// <summary>The members of which a leader knows digests. As many as the cluster has.</summary>
internal sealed class ComparedMembers
{
    private readonly List<ComparedMember> _members = [];

    /// <summary>The members of which something is known.</summary>
    public IReadOnlyList<ComparedMember> All => _members;

    /// <summary>Whether the state of a member is known to differ from that of a majority.</summary>
    public bool HaveMinority => _members.Exists(static member => member.IsInMinority);

    /// <summary>What is known of a member.</summary>
    public ComparedMember Of(NodeId node)
    {
        ComparedMember? known = Find(node);
        if (known is null)
        {
            _members.Add(known = new ComparedMember(node));
        }

        return known;
    }

    /// <summary>What is known of a member; null if nothing is.</summary>
    public ComparedMember? Find(NodeId node) => _members.Find(each => each.Node == node);

    /// <summary>Only members are remembered from now on.</summary>
    public void Retain(ClusterConfiguration configuration) =>
        _members.RemoveAll(each => configuration.Find(each.Node) is null);

    /// <summary>A new term, or another leader: nothing is known.</summary>
    public void Clear() => _members.Clear();
}
