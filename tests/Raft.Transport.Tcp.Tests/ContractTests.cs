using Raft.Testing;

namespace Raft.Transport.Tcp.Tests;

/// <summary>The contract of transports, with three processes that have a node each, and with one process that has all three.</summary>
public sealed class ContractTests
{
    public static TheoryData<string, bool> Clauses
    {
        get
        {
            TheoryData<string, bool> clauses = [];
            foreach (string clause in new TransportContract(() => new Subject(shared: false)).Clauses)
            {
                clauses.Add(clause, false);
                clauses.Add(clause, true);
            }

            return clauses;
        }
    }

    [Theory]
    [MemberData(nameof(Clauses))]
    public async Task Clause_OverPlaintext_Holds(string clause, bool shared) =>
        await new TransportContract(() => new Subject(shared)).RunAsync(clause);

    [Theory]
    [MemberData(nameof(Clauses))]
    public async Task Clause_OverTls_Holds(string clause, bool shared)
    {
        using TestAuthority authority = new();
        TcpTransportOptions options = authority.Options(authority.Issue(ContractCluster, "n1", "n2", "n3"));

        await new TransportContract(() => new Subject(shared, options)).RunAsync(clause);
    }

    private const string ContractCluster = "clüster/日本 \U0001F6F6";

    private sealed class Subject(bool shared, TcpTransportOptions? options = null) : TransportSubject
    {
        private readonly LoopbackNetwork _loopback = new();
        private TcpNetwork? _shared;

        public override RaftMember CreateMember(NodeId id) => new(id, $"localhost:{id.Value[1..]}");

        public override ITransport CreateTransport(RaftMember self) =>
            (shared ? _shared ??= Create() : Create()).CreateTransport();

        private TcpNetwork Create() => new TestProcess(_loopback, options).Network;
    }
}
