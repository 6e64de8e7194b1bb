using Raft.Consensus.Tests.Support;

namespace Raft.Consensus.Tests.Safety;

/// <content>Section 7: what a log no longer holds is in a snapshot, and what is durable is so with the help of it.</content>
internal sealed partial class SafetyChecker
{
    /// <summary>The state after the entry at an index: all payloads up to there.</summary>
    public byte[] StateAt(long index) =>
        [.. _committed.Take((int)index).SelectMany(entry => BitConverter.GetBytes(entry.Payload))];

    /// <summary>What is before the log is committed, and the node has a snapshot of it, with the right state.</summary>
    private void CheckStart(TestNode node, Life life)
    {
        Installs += node.Restored.Count - life.Restored;
        life.Restored = node.Restored.Count;
        long start = node.Module.FirstIndex - 1;
        if (start == life.Start)
        {
            return;
        }

        Require(start > life.Start, node, $"the log's start fell from {life.Start}");
        Require(
            start <= _committed.Count && node.Module.TermAt(start) == _committed[(int)start - 1].Term,
            node,
            $"the log starts after {start}, which is not the committed entry");
        TestSnapshot? latest = node.Snapshots.Latest;
        Require(latest?.Index >= start, node, $"the log starts after {start}, which no snapshot covers");
        Require(
            latest!.Content.AsSpan().StartsWith(StateAt(latest.Index)),
            node,
            $"the snapshot up to {latest.Index} has another state than what was committed");
        life.Start = start;
        for (int index = life.Log.Count + 1; index <= start; index++)
        {
            life.Log.Add(0);
        }

        for (int index = 1; index <= start; index++)
        {
            life.Log[index - 1] = _committed[index - 1].Term;
        }
    }

    /// <summary>
    /// Everything up to an index must be there after a crash, whichever prefix of the writes under way it leaves. Only a tail
    /// that a stored snapshot contradicts may be lost, since it can never be committed: what was promised to a leader of this
    /// term (<paramref name="isPromise"/>) is not one.
    /// </summary>
    private void CheckDurable(TestNode node, long index, string what, bool isPromise)
    {
        TestSnapshot? snapshot = node.Snapshots.Latest;
        if (!isPromise && snapshot is not null && snapshot.Index >= node.Module.FirstIndex && snapshot.Index <= node.Module.LastIndex
            && node.Module.TermAt(snapshot.Index) != snapshot.Term)
        {
            index = Math.Min(index, node.Module.CommitIndex);
        }

        if (node.Disk.Pending.Count == 0)
        {
            CheckRecovers(node, node.Disk.Stored, index, what);
            return;
        }

        TestLog stored = node.Disk.Stored.Copy();
        CheckRecovers(node, stored, index, what);
        foreach (PersistRequest write in node.Disk.Pending)
        {
            stored.Apply(in write);
            CheckRecovers(node, stored, index, what);
        }
    }

    /// <summary>A node recovers its stored log, or what its snapshot covers if the log lacks that.</summary>
    private void CheckRecovers(TestNode node, TestLog stored, long index, string what)
    {
        TestSnapshot? snapshot = node.Snapshots.Latest;
        long kept = stored.Start.Index;
        if (snapshot is not null && snapshot.Index >= kept && !stored.Holds(snapshot.Index, snapshot.Term))
        {
            kept = snapshot.Index; // and nothing after it
        }
        else
        {
            while (kept < index && stored.Holds(kept + 1, TermAt(node, kept + 1)))
            {
                kept++;
            }
        }

        Require(kept >= index, node, $"it {what} {index}, but a crash may leave {kept}");
    }

    private long TermAt(TestNode node, long index) =>
        index < node.Module.FirstIndex ? _committed[(int)index - 1].Term : node.Module.TermAt(index);
}
