using Raft.Consensus.Tests.Support;
using Raft.Testing;

namespace Raft.Consensus.Tests.Safety;

/// <summary>
/// Watches a cluster and throws as soon as one of Figure 3's properties is broken, or a promise was given that a crash
/// could break. It remembers what happened in the whole run, across crashes.
/// </summary>
internal sealed partial class SafetyChecker
{
    private readonly ModuleCluster _cluster;
    private readonly ReferenceQuorum<NodeId> _quorum;
    private readonly Dictionary<long, NodeId> _leaders = [];
    private readonly Dictionary<(NodeId Voter, long Term), NodeId> _votes = [];
    private readonly Dictionary<(long Index, long Term), (long Payload, long PreviousTerm)> _entries = [];
    private readonly List<Entry> _committed = [];
    private readonly Dictionary<NodeId, Life> _lives = [];

    public SafetyChecker(ModuleCluster cluster)
    {
        _cluster = cluster;
        _quorum = new ReferenceQuorum<NodeId>([.. cluster.Nodes.Select(node => node.Id)]);
        _cluster.Sent = CheckMessage;
        foreach (TestNode node in cluster.Nodes)
        {
            _lives.Add(node.Id, new Life());
        }
    }

    private readonly record struct Entry(long Term, long Payload);

    /// <summary>What was seen of a node since it started last; its durable term since the start of the run.</summary>
    private sealed class Life
    {
        public long Term { get; set; }

        public long DurableTerm { get; set; }

        public long Commit { get; set; }

        public long Start { get; set; }

        public int Restored { get; set; }

        public List<long> Log { get; } = [];
    }

    public int Committed => _committed.Count;

    public int Terms => _leaders.Count;

    public int Installs { get; private set; }

    /// <summary>The node has lost what was not durable.</summary>
    public void Restarted(TestNode node)
    {
        Life life = _lives[node.Id];
        life.Term = 0;
        life.Commit = 0;
        life.Start = 0;
        life.Restored = 0;
        life.Log.Clear();
        Check(node);
    }

    /// <summary>To be called after each step, with the node that took it.</summary>
    public void Check(TestNode node)
    {
        Life life = _lives[node.Id];
        CheckMonotonic(node, life);
        CheckStart(node, life);
        CheckLog(node, life);
        CheckCommit(node, life);
        CheckLeader(node);
        CheckDurable(node, node.Module.DurableIndex, "claims as durable", isPromise: false);
    }

    /// <summary>Terms never fall, nor does the commit index within a run.</summary>
    private static void CheckMonotonic(TestNode node, Life life)
    {
        ConsensusModule module = node.Module;
        Require(module.Term >= life.Term, node, $"the term fell from {life.Term}");
        Require(node.Disk.HardState.Term >= life.DurableTerm, node, $"the durable term fell from {life.DurableTerm}");
        Require(
            module.CommitIndex >= life.Commit && module.CommitIndex <= module.LastIndex,
            node,
            $"the commit index went from {life.Commit} to {module.CommitIndex}");
        life.Term = module.Term;
        life.DurableTerm = node.Disk.HardState.Term;
    }

    /// <summary>Log Matching: entries with the same index and term are the same, and so are all before them.</summary>
    private void CheckLog(TestNode node, Life life)
    {
        ConsensusModule module = node.Module;
        int index = (int)module.LastIndex;
        for (; index > life.Start && (index > life.Log.Count || life.Log[index - 1] != module.TermAt(index)); index--)
        {
            (long term, long payload) = EntryOf(node, index);
            (long Payload, long PreviousTerm) content = (payload, module.TermAt(index - 1));
            Require(
                _entries.TryAdd((index, term), content) || _entries[(index, term)] == content,
                node,
                $"entry {index} of term {term} has two contents");
            Require(index > life.Commit, node, $"entry {index} changed after it was committed");
            Require(term <= module.Term && term >= module.TermAt(index - 1), node, $"entry {index} has term {term}");
        }

        life.Log.RemoveRange(index, life.Log.Count - index);
        for (index++; index <= module.LastIndex; index++)
        {
            life.Log.Add(module.TermAt(index));
        }
    }

    /// <summary>State Machine Safety: what one node considers committed is the same everywhere and durable on a majority.</summary>
    private void CheckCommit(TestNode node, Life life)
    {
        for (int index = (int)Math.Max(life.Commit, life.Start) + 1; index <= node.Module.CommitIndex; index++)
        {
            Entry entry = EntryOf(node, index);
            if (index > _committed.Count)
            {
                NodeId[] holders = [.. _cluster.Nodes.Where(other => other.Disk.Stored.Holds(index, entry.Term)).Select(other => other.Id)];
                Require(_quorum.IsReachedBy(holders), node, $"entry {index} was committed with {holders.Length} durable copies");
                _committed.Add(entry);
            }

            Require(_committed[index - 1] == entry, node, $"entry {index} was committed as {_committed[index - 1]} and as {entry}");
        }

        life.Commit = node.Module.CommitIndex;
    }

    /// <summary>Election Safety and Leader Completeness: one leader per term, and it has everything that is committed.</summary>
    private void CheckLeader(TestNode node)
    {
        if (node.Module.Role != RaftRole.Leader || (_leaders.TryGetValue(node.Module.Term, out NodeId known) && known == node.Id))
        {
            return;
        }

        Require(_leaders.TryAdd(node.Module.Term, node.Id), node, $"there is another leader of the same term, {known}");
        for (int index = (int)Math.Max(1, node.Module.FirstIndex - 1); index <= _committed.Count; index++)
        {
            Require(
                index <= node.Module.LastIndex && node.Module.TermAt(index) == _committed[index - 1].Term,
                node,
                $"the leader lacks committed entry {index}");
        }
    }

    /// <summary>No promise leaves before it would survive a crash.</summary>
    private void CheckMessage(RaftMessage message)
    {
        TestNode sender = _cluster[message.From];
        HardState durable = sender.Disk.HardState;
        switch (message)
        {
            case RequestVoteMessage { IsPreVote: false }:
                CheckVote(sender, message.Term, message.From);
                break;
            case RequestVoteReplyMessage { IsPreVote: false, VoteGranted: true }:
                CheckVote(sender, message.Term, message.To);
                break;
            case AppendEntriesMessage or InstallSnapshotMessage:
                Require(durable.Term >= message.Term, sender, "it leads a term that is not durable");
                CheckLeader(sender);
                Require(
                    _leaders.TryGetValue(message.Term, out NodeId leader) && leader == sender.Id,
                    sender,
                    $"it sends as the leader of term {message.Term}, and was not elected");
                break;
            case AppendEntriesReplyMessage { Success: true } reply:
                Require(durable.Term >= message.Term, sender, "it acknowledges in a term that is not durable");
                if (sender.Module.Term == message.Term)
                {
                    CheckDurable(sender, reply.LastIndex, "acknowledges", isPromise: true);
                }

                break;
            case InstallSnapshotReplyMessage { IsInstalled: true } reply:
                Require(durable.Term >= message.Term, sender, "it acknowledges in a term that is not durable");
                CheckDurable(sender, reply.LastIncludedIndex, "says that it has installed", isPromise: true);
                break;
        }
    }

    /// <summary>One vote per term and node, and durable before it is cast.</summary>
    private void CheckVote(TestNode voter, long term, NodeId candidate)
    {
        HardState durable = voter.Disk.HardState;
        Require(
            durable.Term > term || durable == new HardState(term, candidate),
            voter,
            $"the vote for {candidate} in term {term} is not durable");
        Require(_votes.TryAdd((voter.Id, term), candidate) || _votes[(voter.Id, term)] == candidate, voter, $"two votes in term {term}");
    }

    private static Entry EntryOf(TestNode node, int index)
    {
        LogEntry entry = index >= node.Module.FirstCachedIndex
            ? node.Module.CachedEntries(index, index, 1).Span[0]
            : node.Disk.Stored[index];
        return new Entry(entry.Term, entry.Data.IsEmpty ? 0 : BitConverter.ToInt64(entry.Data.Span));
    }

    private static void Require(bool holds, TestNode node, string otherwise)
    {
        if (!holds)
        {
            ConsensusModule module = node.Module;
            string log = string.Join(',', node.Log);
            Assert.Fail($"{node.Id} ({module.Role}, term {module.Term}, commit {module.CommitIndex}, log [{log}]): {otherwise}");
        }
    }
}
