using System.Globalization;
using Raft;

#pragma warning disable CS0169, CS0414, CS0649, CS1998 // a fragment uses some of the members

internal sealed class Bank() : StateMachine<string, long>(Codec.Utf8, Codec.Int64)
{
    private static int s_count;
    private readonly Dictionary<string, long> _balances = [];
    private readonly Dictionary<string, double> _rates = [];
    private readonly IProposer<string, long> _proposer = null!;
    private int _count;

    protected override long Apply(string command, in CommandContext context)
    {
// snippet
    }
}
