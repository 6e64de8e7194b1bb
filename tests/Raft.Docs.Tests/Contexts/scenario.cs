using Raft;
using Raft.Consensus.Tests.Support;
using Xunit;

internal static class Context
{
    public static void Run()
    {
// snippet
    }
}
