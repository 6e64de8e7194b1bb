using System.Buffers.Binary;

namespace Raft.Benchmarks.Contenders;

/// <summary>A <see cref="CountingMachine"/> whose state includes all commands, and that offers a digest of them.</summary>
internal sealed class DigestingMachine : CountingMachine, IStateDigest
{
    private RollingDigest _digest;

    public ulong? Digest => _digest.Value;

    public override ValueTask ApplyAsync(CommittedBatch batch, CancellationToken stopping)
    {
        for (int position = 0; position < batch.Count; position++)
        {
            _digest.Append(batch.Command(position).Span);
        }

        return base.ApplyAsync(batch, stopping);
    }

    public override ISnapshotCapture Capture() =>
        SnapshotCapture.Of((Digest: _digest.Value, Fold: base.Capture()), static async (state, destination, stopping) =>
        {
            byte[] bytes = new byte[sizeof(ulong)];
            BinaryPrimitives.WriteUInt64LittleEndian(bytes, state.Digest);
            await destination.WriteAsync(bytes, stopping);
            await state.Fold.WriteToAsync(destination, stopping);
            state.Fold.Dispose();
        });

    public override async ValueTask RestoreAsync(Stream snapshot, long lastIncludedIndex, CancellationToken cancellationToken)
    {
        byte[] bytes = new byte[sizeof(ulong)];
        await snapshot.ReadExactlyAsync(bytes, cancellationToken);
        _digest = new RollingDigest(BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        await base.RestoreAsync(snapshot, lastIncludedIndex, cancellationToken);
    }
}
