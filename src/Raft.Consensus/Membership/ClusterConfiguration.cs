using Raft.Consensus;

namespace Raft;

/// <summary>
/// The configuration of a cluster (section 6): who votes, who only receives the log, and which entry of the log contains it. It
/// defines a quorum: a majority of the voters or, while the configuration changes, a majority of each of two sets of voters.
/// </summary>
/// <remarks>
/// Immutable and ordered by id, so every node enumerates the members in the same order. Safe to use from any thread.
/// </remarks>
public sealed class ClusterConfiguration : IEquatable<ClusterConfiguration>
{
    private readonly VoterSet _voters;
    private readonly VoterSet? _outgoingVoters;
    private readonly RaftMember[] _members;
    private readonly NodeId[] _memberIds;

    /// <summary>Creates a configuration that comes from the options and not from an entry of the log.</summary>
    /// <param name="voters">The voters; at least one.</param>
    /// <param name="outgoingVoters">
    /// The voters of the configuration that is being replaced (joint consensus, section 6); null or empty if none is. A voter of both
    /// is listed in both.
    /// </param>
    /// <param name="learners">
    /// Members that receive the log without a vote (dissertation, section 4.2.1). A voter that is being replaced may become one.
    /// </param>
    /// <exception cref="ArgumentException">
    /// There is no voter, an id is missing or too long, an id is listed twice in a role, a voter is also a learner, or a member of two
    /// roles is described differently in them.
    /// </exception>
    public ClusterConfiguration(
        IEnumerable<RaftMember> voters, IEnumerable<RaftMember>? outgoingVoters = null, IEnumerable<RaftMember>? learners = null)
        : this(Order(voters), Order(outgoingVoters), Order(learners))
    {
        if (_voters.Count == 0)
        {
            throw new ArgumentException("A cluster needs at least one voter.", nameof(voters));
        }
    }

    private ClusterConfiguration(RaftMember[] voters, RaftMember[] outgoingVoters, RaftMember[] learners)
    {
        Voters = voters;
        OutgoingVoters = outgoingVoters;
        Learners = learners;
        _voters = new VoterSet(IdsOf(voters));
        _outgoingVoters = outgoingVoters.Length == 0 ? null : new VoterSet(IdsOf(outgoingVoters));
        IEnumerable<RaftMember> all = voters.Concat(learners).Concat(outgoingVoters);
        _members = [.. all.Distinct().OrderBy(static member => member.NodeId)];
        _memberIds = IdsOf(_members);
        if (learners.FirstOrDefault(learner => _voters.Contains(learner.NodeId)) is { } both)
        {
            throw new ArgumentException($"Member '{both.Id}' is listed as a voter and as a learner; it can be only one of them.");
        }

        for (int i = 1; i < _members.Length; i++)
        {
            if (_members[i].Id == _members[i - 1].Id)
            {
                throw new ArgumentException(
                    $"Member '{_members[i].Id}' is listed with two addresses, stores or sets of tags; it can have only one of each.");
            }
        }
    }

    private ClusterConfiguration(ClusterConfiguration other, long index, ReadOnlyMemory<byte> extensions)
    {
        (_voters, _outgoingVoters, _members, _memberIds) = (other._voters, other._outgoingVoters, other._members, other._memberIds);
        (Voters, OutgoingVoters, Learners) = (other.Voters, other.OutgoingVoters, other.Learners);
        Index = index;
        Extensions = extensions;
    }

    /// <summary>No members, and no quorum: the configuration of a node that joins and has received none from a leader yet.</summary>
    internal static ClusterConfiguration Empty { get; } = new([], [], []);

    /// <summary>The entry that contains it; 0 if it comes from the node's options, because the log has none yet.</summary>
    public long Index { get; }

    /// <summary>All members, each once, ordered by id.</summary>
    public IReadOnlyList<RaftMember> Members => _members;

    /// <summary>The voters.</summary>
    public IReadOnlyList<RaftMember> Voters { get; }

    /// <summary>The voters of the configuration that is being replaced; empty unless <see cref="IsJoint"/>.</summary>
    public IReadOnlyList<RaftMember> OutgoingVoters { get; }

    /// <summary>The members that receive the log without a vote.</summary>
    public IReadOnlyList<RaftMember> Learners { get; }

    /// <summary>Whether two sets of voters must agree, because one replaces the other (joint consensus, section 6).</summary>
    public bool IsJoint => _outgoingVoters is not null;

    /// <summary>Parts of a later version, which are preserved without being understood.</summary>
    internal ReadOnlyMemory<byte> Extensions { get; }

    /// <summary>The ids of all members, ordered.</summary>
    internal ReadOnlySpan<NodeId> MemberIds => _memberIds;

    /// <summary>How many voters must agree, in words, for messages to people.</summary>
    internal string Needed => _outgoingVoters is null
        ? $"{_voters.Majority}"
        : $"{_voters.Majority} of the new and {_outgoingVoters.Majority} of the old configuration";

    /// <summary>Whether the node is a voter, in the new or in the outgoing set.</summary>
    /// <param name="node">The node.</param>
    /// <returns>True if it does.</returns>
    public bool IsVoter(NodeId node) => _voters.Contains(node) || _outgoingVoters?.Contains(node) == true;

    /// <summary>Whether the node receives the log without a vote.</summary>
    /// <param name="node">The node.</param>
    /// <returns>True if it does.</returns>
    public bool IsLearner(NodeId node) => Find(node) is not null && !IsVoter(node);

    /// <summary>The member with an id.</summary>
    /// <param name="node">The id.</param>
    /// <returns>The member; null if there is none.</returns>
    public RaftMember? Find(NodeId node)
    {
        int position = Array.IndexOf(_memberIds, node);
        return position < 0 ? null : _members[position];
    }

    /// <summary>The outcome of a vote, given the votes so far.</summary>
    /// <param name="voteOf">What a voter has answered; null if nothing yet.</param>
    internal VoteOutcome OutcomeOf(Func<NodeId, bool?> voteOf)
    {
        VoteOutcome outcome = _voters.OutcomeOf(voteOf);
        VoteOutcome outgoing = _outgoingVoters?.OutcomeOf(voteOf) ?? VoteOutcome.Won;
        return outcome == VoteOutcome.Lost || outgoing == VoteOutcome.Lost ? VoteOutcome.Lost
            : outcome == VoteOutcome.Won ? outgoing
            : VoteOutcome.Pending;
    }

    /// <summary>
    /// The largest value that a quorum has reached: of match indices, the index that a quorum holds (section 5.3); of times, the
    /// time since which messages of a quorum have arrived.
    /// </summary>
    /// <param name="valueOf">The value of a voter.</param>
    internal long LargestReached(Func<NodeId, long> valueOf)
    {
        long reached = _voters.LargestReached(valueOf);
        return _outgoingVoters is null ? reached : Math.Min(reached, _outgoingVoters.LargestReached(valueOf));
    }

    /// <summary>The same configuration, as that of an entry of the log.</summary>
    internal ClusterConfiguration At(long index) => new(this, index, Extensions);

    /// <summary>The same configuration, with parts of a later version.</summary>
    internal ClusterConfiguration WithExtensions(ReadOnlyMemory<byte> extensions) => new(this, Index, extensions);

    /// <summary>Whether both have the same members in the same roles, wherever they come from.</summary>
    internal bool HasSameMembers(ClusterConfiguration other) =>
        Voters.SequenceEqual(other.Voters) && OutgoingVoters.SequenceEqual(other.OutgoingVoters) && Learners.SequenceEqual(other.Learners);

    /// <summary>Whether both come from the same entry and have the same content.</summary>
    /// <param name="other">The other configuration.</param>
    /// <returns>True if they do.</returns>
    public bool Equals(ClusterConfiguration? other) =>
        ReferenceEquals(this, other)
        || (other is not null && Index == other.Index && HasSameMembers(other) && Extensions.Span.SequenceEqual(other.Extensions.Span));

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as ClusterConfiguration);

    /// <inheritdoc/>
    public override int GetHashCode() => (int)Index ^ (_members.Length << 24);

    /// <summary>The configuration in a line, for people.</summary>
    /// <returns>The line; its form may change.</returns>
    public override string ToString()
    {
        string text = $"voters {Text(Voters)}";
        text += IsJoint ? $", outgoing voters {Text(OutgoingVoters)}" : string.Empty;
        return Learners.Count == 0 ? text : $"{text}, learners {Text(Learners)}";
    }

    private static string Text(IReadOnlyList<RaftMember> members) => string.Join(", ", members.Select(static member => member.Id));

    private static RaftMember[] Order(IEnumerable<RaftMember>? members)
    {
        RaftMember[] ordered = [.. (members ?? []).Select(static member => member.Freeze()).OrderBy(static member => member.NodeId)];
        for (int i = 1; i < ordered.Length; i++)
        {
            if (ordered[i].Id == ordered[i - 1].Id)
            {
                throw new ArgumentException($"Member '{ordered[i].Id}' is listed twice in the same role.", nameof(members));
            }
        }

        return ordered;
    }

    private static NodeId[] IdsOf(RaftMember[] members) => [.. members.Select(static member => member.NodeId)];
}
