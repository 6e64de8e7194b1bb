using System.Collections;

namespace Raft;

/// <summary>Some of the members, which equal the same ones in another list: so that statuses that say the same are equal.</summary>
internal sealed class MemberList(RaftMember[] members) : IReadOnlyList<RaftMember>
{
    private readonly RaftMember[] _members = members;

    public int Count => _members.Length;

    public RaftMember this[int index] => _members[index];

    public IEnumerator<RaftMember> GetEnumerator() => ((IEnumerable<RaftMember>)_members).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    public override bool Equals(object? obj) => obj is MemberList other && _members.AsSpan().SequenceEqual(other._members);

    public override int GetHashCode()
    {
        HashCode hash = default;
        foreach (RaftMember member in _members)
        {
            hash.Add(member);
        }

        return hash.ToHashCode();
    }
}
