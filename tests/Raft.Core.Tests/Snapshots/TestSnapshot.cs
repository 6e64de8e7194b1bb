using Raft.Consensus;
using Raft.Tests.Node;

namespace Raft.Core.Tests.Snapshots;

/// <summary>A snapshot as a node would write it, and its chunks as a leader would send them.</summary>
internal sealed class TestSnapshot
{
    public TestSnapshot(long index, int stateLength, long term = 2)
    {
        Index = index;
        Term = term;
        State = [.. Enumerable.Range(0, stateLength).Select(i => (byte)((i * 31) + index))];
        Header = HeaderOf(DateTimeOffset.UnixEpoch.AddSeconds(index), "n1", "n2");
        using SnapshotChecksum checksum = new(Index, Term, Header);
        checksum.Append(State);
        Checksum = checksum.Finish();
        Content = [.. State, .. new byte[SnapshotChecksum.Size]];
        SnapshotChecksum.Write(Checksum, Content.AsSpan(stateLength));
    }

    /// <summary>A header for a snapshot of the cluster of a <see cref="Lab"/>, with these voters.</summary>
    public static byte[] HeaderOf(DateTimeOffset time, params string[] voters)
    {
        ClusterConfiguration configuration = new(voters.Select(static voter => new RaftMember(voter)));
        return new SnapshotHeader("raft", Origins.Of().Identity!, time, configuration.At(1), default).Write();
    }

    public long Index { get; }

    public long Term { get; }

    public byte[] State { get; }

    public byte[] Header { get; }

    /// <summary>The state, and the checksum after it.</summary>
    public byte[] Content { get; }

    public UInt128 Checksum { get; }

    public SnapshotIdentity Identity => new(Index, Term, Checksum);

    public SnapshotInfo Info => new(Index, Term, Header, Content.Length);

    public InstallSnapshotMessage Chunk(int offset, int length) => new()
    {
        Origin = Origins.Of(),
        From = "n2",
        To = "n1",
        Term = Term,
        LastIncludedIndex = Index,
        LastIncludedTerm = Term,
        Checksum = Checksum,
        Length = Content.Length,
        Offset = offset,
        Header = offset == 0 ? Header : default,
        Data = Content.AsMemory(offset, length),
    };

    public IEnumerable<InstallSnapshotMessage> Chunks(int size)
    {
        for (int offset = 0; offset < Content.Length; offset += size)
        {
            yield return Chunk(offset, Math.Min(size, Content.Length - offset));
        }
    }

    public async Task<SnapshotInfo> StoreAsync(ISnapshotStore store, CancellationToken cancellationToken)
    {
        await using ISnapshotWriter writer = await store.CreateAsync(Index, Term, Header, cancellationToken);
        await writer.Stream.WriteAsync(Content, cancellationToken);
        return await writer.CommitAsync(cancellationToken);
    }
}
