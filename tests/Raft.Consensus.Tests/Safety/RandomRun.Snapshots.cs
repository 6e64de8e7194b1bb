using Raft.Consensus.Tests.Support;

namespace Raft.Consensus.Tests.Safety;

/// <content>Snapshots (section 7): taken at any time, read and stored slowly, refused, interrupted by crashes.</content>
internal sealed partial class RandomRun
{
    private byte _lastSalt;

    /// <returns>The node that did something.</returns>
    private TestNode StepOfSnapshots(TestNode node)
    {
        switch (_random.Next(16))
        {
            case < 2:
                TakeSnapshot(node);
                break;
            case < 3 when node.Snapshots.Latest is { } latest:
                DropPerhaps(node, latest);
                break;
            case < 9:
                node = _nodes.FirstOrDefault(candidate => candidate.ChunkLoads.Count > 0) ?? node;
                AnswerSnapshotLoad(node);
                break;
            default:
                node = _nodes.FirstOrDefault(candidate => candidate.ReceivedChunks.Count > 0) ?? node;
                StoreChunk(node);
                break;
        }

        return node;
    }

    /// <summary>The same state has other bytes in each snapshot of it, half of the time.</summary>
    private void TakeSnapshot(TestNode node)
    {
        long most = Math.Min(node.Module.CommitIndex, node.Module.DurableIndex);
        long least = Math.Max(node.Module.FirstIndex, (node.Snapshots.Latest?.Index ?? 0) + 1);
        if (least > most)
        {
            return;
        }

        long through = _random.Next(3) == 0 ? most : _random.NextInt64(least, most + 1);
        byte salt = _random.Next(2) == 0 ? ++_lastSalt : (byte)0;
        TestSnapshot snapshot = node.TakeSnapshot(through, [.. _checker.StateAt(through), salt]);
        if (_random.Next(4) > 0)
        {
            node.DropThrough(snapshot.Index);
        }
    }

    /// <summary>A log may be compacted less than its snapshot allows, and later.</summary>
    private void DropPerhaps(TestNode node, TestSnapshot latest)
    {
        long most = Math.Min(latest.Index, Math.Min(node.Module.CommitIndex, node.Module.DurableIndex));
        if (most >= node.Module.FirstIndex)
        {
            node.DropThrough(_random.NextInt64(node.Module.FirstIndex, most + 1));
        }

        if (_random.Next(2) == 0)
        {
            node.Snapshots.DeleteAllButTheLatest();
        }
    }

    private void AnswerSnapshotLoad(TestNode node)
    {
        if (node.ChunkLoads.Count == 0)
        {
            return;
        }

        if (_random.Next(20) == 0)
        {
            ChunkLoadRequest load = node.ChunkLoads[0];
            node.ChunkLoads.RemoveAt(0);
            node.SnapshotChunkLoaded(in load, chunk: null);
        }
        else
        {
            node.AnswerSnapshotLoad();
        }
    }

    /// <summary>A chunk is stored, and reported at once or at some later time, if the node lives until then; or it is refused.</summary>
    private void StoreChunk(TestNode node)
    {
        if (node.ReceivedChunks.Count == 0)
        {
            return;
        }

        switch (_random.Next(20))
        {
            case 0:
                node.RefuseChunk();
                break;
            case < 8:
                _reports.Add((node, node.Module, node.StoreChunkInSilence()));
                break;
            default:
                node.StoreChunk();
                break;
        }
    }

    private static void SettleSnapshots(TestNode node)
    {
        node.AnswersSnapshotLoads = true;
        while (node.ChunkLoads.Count > 0)
        {
            node.AnswerSnapshotLoad();
        }

        node.StoresChunks = true;
        while (node.ReceivedChunks.Count > 0)
        {
            node.StoreChunk();
        }
    }
}
