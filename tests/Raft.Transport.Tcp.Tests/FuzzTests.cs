using Raft.Transport.Tcp.Fuzz;

namespace Raft.Transport.Tcp.Tests;

/// <summary>A short run of the fuzzer, which has a program of its own.</summary>
public sealed class FuzzTests
{
    private const int TypeOffset = 5; // in an encoded message, after its magic number and version

    [Fact]
    public void Sessions_HaveEveryKindOfFrameAndEveryMessage()
    {
        HashSet<FrameKind> frames = [];
        HashSet<byte> messages = [];
        for (int seed = 0; seed < 300; seed++)
        {
            foreach (byte[] block in Sessions.Create(new Random(seed), hasChecksums: false).Skip(1))
            {
                FrameKind kind = (FrameKind)block[4];
                frames.Add(kind);
                if (kind is FrameKind.Message or FrameKind.MessageWithData)
                {
                    messages.Add(block[FrameFormat.HeadSize(hasChecksum: false) + TypeOffset]);
                }
            }
        }

        Assert.Equal(Enum.GetValues<FrameKind>(), frames.Order());
        int types = typeof(RaftMessage).Assembly.GetTypes().Count(static type => type.IsSubclassOf(typeof(RaftMessage)));
        Assert.Equal(types, messages.Count);
    }

    [Fact]
    public void Inputs_OfAFewMegabytes_ShowNoFault()
    {
        FuzzRun run = new(seed: 1);

        run.Run(bytes: 6_000_000);

        Assert.InRange(run.Signatures, 50, int.MaxValue); // it reaches more than a few outcomes
    }
}
