using Raft.Transport.Tcp.Fuzz;

namespace Raft.Transport.Tcp.Tests;

/// <summary>A short run of the fuzzer, which has a program of its own.</summary>
public sealed class FuzzTests
{
    [Fact]
    public void Inputs_OfAFewMegabytes_ShowNoFault()
    {
        FuzzRun run = new(seed: 1);

        run.Run(bytes: 6_000_000);

        Assert.InRange(run.Signatures, 50, int.MaxValue); // it reaches more than a few outcomes
    }
}
