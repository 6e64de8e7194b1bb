using Raft;

#pragma warning disable CS4014 // the analyzer finds it too

internal static class Context
{
    public static async Task UseAsync(IProposer<string, long> proposer)
    {
// snippet
    }
}
