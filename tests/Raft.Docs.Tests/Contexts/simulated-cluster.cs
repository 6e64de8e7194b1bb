using Raft;
using Raft.Testing;
using Xunit;

internal static class Context
{
    public static void Run()
    {
// snippet
    }
}
