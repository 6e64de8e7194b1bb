using Raft;

internal static class Context
{
    public static async Task UseAsync(RaftNode node, CancellationTokenSource limit)
    {
// snippet
    }
}
