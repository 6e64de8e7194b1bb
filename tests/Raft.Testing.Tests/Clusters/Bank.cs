using System.Text.Json.Serialization;

namespace Raft.Testing.Tests.Clusters;

[JsonDerivedType(typeof(Deposit), "deposit")]
[JsonDerivedType(typeof(Withdraw), "withdraw")]
internal abstract record BankCommand(string Account, long Amount);

internal sealed record Deposit(string Account, long Amount) : BankCommand(Account, Amount);

internal sealed record Withdraw(string Account, long Amount) : BankCommand(Account, Amount);

/// <summary>The balance after a command, and the index of the command.</summary>
internal sealed record Receipt(long Balance, long Index);

/// <summary>Accounts with snapshots, whose results contain the index of the command.</summary>
internal class Bank() : StateMachine<BankCommand, Receipt>(Codec.Json(BankJson.Default.BankCommand), Codec.Json(BankJson.Default.Receipt))
{
    private SortedDictionary<string, long> _balances = new(StringComparer.Ordinal);

    public long BalanceOf(string account) => _balances.GetValueOrDefault(account);

    protected override Receipt Apply(BankCommand command, in CommandContext context)
    {
        long balance = BalanceOf(command.Account) + (command is Withdraw ? -command.Amount : command.Amount);
        if (balance < 0)
        {
            throw new CommandRejectedException($"{command.Account} has {BalanceOf(command.Account)}.");
        }

        _balances[command.Account] = balance;
        return new Receipt(balance, context.Index);
    }

    protected override ISnapshotCapture? Capture() =>
        SnapshotCapture.Of(new SortedDictionary<string, long>(_balances, StringComparer.Ordinal), Codec.Json(BankJson.Default.Balances));

    // As a user writes it: an await that captures the context.
    protected override async ValueTask RestoreAsync(Stream snapshot, CancellationToken cancellationToken)
    {
        if (snapshot.Length > 0)
        {
            _balances = await SnapshotCapture.ReadAsync(snapshot, Codec.Json(BankJson.Default.Balances), cancellationToken);
        }
    }
}

[JsonSerializable(typeof(BankCommand))]
[JsonSerializable(typeof(Receipt))]
[JsonSerializable(typeof(SortedDictionary<string, long>), TypeInfoPropertyName = "Balances")]
internal sealed partial class BankJson : JsonSerializerContext;
