using System.Buffers;

namespace Raft.Tests.Messages;

/// <summary>Names that messages of a connection share, and payloads that are not copied.</summary>
public class MessageNamesTests
{
    [Theory]
    [MemberData(nameof(Samples.Names), MemberType = typeof(Samples))]
    public void TryRead_WithNames_GivesTheSameMessage_TheFirstTimeAndLater(string name)
    {
        RaftMessage message = Samples.Get(name);
        MessageNames names = new();
        for (int i = 0; i < 2; i++)
        {
            Assert.True(MessageCodec.TryRead(Samples.Encode(message), names, out RaftMessage? read));
            Samples.AssertSame(message, read);
        }
    }

    [Fact]
    public void TryRead_ManyNames_NeverMixesThemUp()
    {
        Random random = new(7);
        MessageNames names = new();
        for (int i = 0; i < 5_000; i++)
        {
            RaftMessage message = RandomMessages.Next(random);
            Assert.True(MessageCodec.TryRead(Samples.Encode(message), names, out RaftMessage? read));
            Samples.AssertSame(message, read);
        }
    }

    [Fact]
    public void TryRead_TruncatedAfterNamesAreKnown_ReadsNothing()
    {
        foreach (RaftMessage message in Samples.Small)
        {
            byte[] encoded = Samples.Encode(message);
            MessageNames names = new();
            Assert.True(MessageCodec.TryRead(encoded, names, out _));
            for (int length = 0; length < encoded.Length; length++)
            {
                Assert.False(MessageCodec.TryRead(encoded.AsMemory(0, length), names, out _), $"{length} of {encoded.Length} bytes");
            }

            Assert.True(MessageCodec.TryRead(encoded, names, out RaftMessage? read));
            Samples.AssertSame(message, read);
        }
    }

    [Fact]
    public void TryRead_DamagedByte_GivesTheSameResultWithKnownNames()
    {
        foreach (RaftMessage message in Samples.Small)
        {
            byte[] encoded = Samples.Encode(message);
            MessageNames names = new();
            Assert.True(MessageCodec.TryRead(encoded, names, out _));
            for (int i = 0; i < encoded.Length; i++)
            {
                byte[] damaged = [.. encoded];
                damaged[i] = 0xFF;
                bool expected = MessageCodec.TryRead(damaged, out _);

                Assert.Equal(expected, MessageCodec.TryRead(damaged, names, out _));
            }
        }
    }

    [Fact]
    public void LongNames_AreNotKept()
    {
        MessageNames names = new();
        byte[] encoded = Samples.Encode(Samples.Get("longest names"));

        Assert.True(MessageCodec.TryRead(encoded, names, out RaftMessage? first));
        Assert.True(MessageCodec.TryRead(encoded, names, out RaftMessage? second));

        Assert.NotSame(first.ClusterId, second.ClusterId);
        Assert.Same(first.To.Value, second.To.Value);
    }

    [Fact]
    public void Write_ToAPayloadWriter_PassesTheDataAsItIs()
    {
        PayloadList output = new();
        byte[] data = new byte[100];
        AppendEntriesMessage message = new()
        {
            From = "n1",
            To = "n2",
            Origin = new MessageOrigin("raft", Identity: null),
            Term = 1,
            PrevLogIndex = 0,
            PrevLogTerm = 0,
            LeaderCommit = 0,
            Entries = new LogEntry[] { new(1, EntryKind.Command, data, DateTimeOffset.UnixEpoch) },
        };

        MessageCodec.Write(message, output);

        Assert.Equal(data.AsMemory(), Assert.Single(output.Payloads));
        Assert.Equal(MessageCodec.GetByteCount(message), output.WrittenCount + data.Length);
    }

    private sealed class PayloadList : IPayloadBufferWriter
    {
        private readonly ArrayBufferWriter<byte> _rest = new();

        public List<ReadOnlyMemory<byte>> Payloads { get; } = [];

        public int WrittenCount => _rest.WrittenCount;

        public void Advance(int count) => _rest.Advance(count);

        public Memory<byte> GetMemory(int sizeHint = 0) => _rest.GetMemory(sizeHint);

        public Span<byte> GetSpan(int sizeHint = 0) => _rest.GetSpan(sizeHint);

        public void WritePayload(ReadOnlyMemory<byte> payload) => Payloads.Add(payload);
    }
}
