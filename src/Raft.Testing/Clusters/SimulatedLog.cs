using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;

namespace Raft.Testing;

/// <summary>
/// The state machine of a simulated node: a log of strings, each compared with what the other nodes applied there. Of earlier
/// strings it keeps their number and a hash, and of the last ones the text, so that a snapshot after hours costs no more than
/// one after seconds.
/// </summary>
/// <param name="node">Whose it is.</param>
/// <param name="agreement">What all nodes have applied.</param>
internal sealed class SimulatedLog(NodeId node, LogAgreement agreement) : StateMachine<string, long>(Codec.Utf8, Codec.Int64)
{
    private const int KeptTexts = 100;

    private readonly Queue<string> _last = new(KeptTexts);

    /// <summary>How many strings it holds.</summary>
    public int Count { get; private set; }

    /// <summary>Of all its strings, in order.</summary>
    public ulong Hash { get; private set; }

    protected override long Apply(string command, in CommandContext context)
    {
        Append(command);
        agreement.Apply(node, Count, Hash, command);
        return Count;
    }

    protected override ISnapshotCapture Capture() => SnapshotCapture.Of((Count, Hash, Last: _last.ToArray()), WriteAsync);

    protected override async ValueTask RestoreAsync(Stream snapshot, CancellationToken cancellationToken)
    {
        byte[] bytes = new byte[snapshot.Length - snapshot.Position];
        await snapshot.ReadExactlyAsync(bytes, cancellationToken).ConfigureAwait(false);
        Count = BinaryPrimitives.ReadInt32LittleEndian(bytes);
        Hash = BinaryPrimitives.ReadUInt64LittleEndian(bytes.AsSpan(sizeof(int)));
        _last.Clear();
        for (ReadOnlyMemory<byte> rest = bytes.AsMemory(sizeof(int) + sizeof(ulong)); !rest.IsEmpty;)
        {
            int size = BinaryPrimitives.ReadInt32LittleEndian(rest.Span);
            rest = rest[sizeof(int)..];
            _last.Enqueue(Codec.Utf8.Read(rest[..size]));
            rest = rest[size..];
        }

        agreement.Restore(node, Count, Hash, [.. _last]);
    }

    private void Append(string text)
    {
        if (_last.Count == KeptTexts)
        {
            _last.Dequeue();
        }

        _last.Enqueue(text);
        Count++;
        Hash = PrefixHash.Add(Hash, MemoryMarshal.AsBytes(text.AsSpan()));
    }

    /// <summary>In two pieces, between which something may go wrong.</summary>
    private static async ValueTask WriteAsync((int Count, ulong Hash, string[] Last) state, Stream destination, CancellationToken cancellationToken)
    {
        byte[] head = new byte[sizeof(int) + sizeof(ulong)];
        BinaryPrimitives.WriteInt32LittleEndian(head, state.Count);
        BinaryPrimitives.WriteUInt64LittleEndian(head.AsSpan(sizeof(int)), state.Hash);
        await destination.WriteAsync(head, cancellationToken).ConfigureAwait(false);
        ArrayBufferWriter<byte> texts = new();
        foreach (string text in state.Last)
        {
            BinaryPrimitives.WriteInt32LittleEndian(texts.GetSpan(sizeof(int)), Encoding.UTF8.GetByteCount(text));
            texts.Advance(sizeof(int));
            Codec.Utf8.Write(text, texts);
        }

        await destination.WriteAsync(texts.WrittenMemory, cancellationToken).ConfigureAwait(false);
    }
}
