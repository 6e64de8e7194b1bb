using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;

namespace Raft.Testing;

/// <summary>
/// The state machine of a simulated node: a log of strings, each compared with what the other nodes applied at its index. For
/// earlier strings it keeps only their number and a hash, so that a snapshot after hours costs no more than one after seconds.
/// </summary>
/// <param name="node">The node that it belongs to.</param>
/// <param name="agreement">The strings that all nodes have applied.</param>
internal sealed class SimulatedLog(NodeId node, LogAgreement agreement) : StateMachine<string, long>(Codec.Utf8, Codec.Int64), IStateDigest
{
    private const int KeptTexts = 100;

    private readonly Queue<string> _last = new(KeptTexts);

    /// <summary>The number of strings that it holds.</summary>
    public int Count { get; private set; }

    /// <summary>The hash of all strings, in order.</summary>
    public ulong Hash { get; private set; }

    public ulong? Digest => Hash;

    protected override long Apply(string command, in CommandContext context)
    {
        Append(command);
        agreement.Apply(node, Count, Hash, command);
        agreement.CheckTerm(node, command, context.Term);
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

    /// <summary>Writes in two pieces, so that a fault can occur between them.</summary>
    private static async ValueTask WriteAsync(
        (int Count, ulong Hash, string[] Last) state, Stream destination, CancellationToken cancellationToken)
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
