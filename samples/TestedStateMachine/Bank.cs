using System.Text.Json.Serialization;
using Raft;

namespace TestedStateMachine;

[JsonDerivedType(typeof(Deposit), "deposit")]
[JsonDerivedType(typeof(Transfer), "transfer")]
public abstract record BankCommand;

public sealed record Deposit(string To, long Amount) : BankCommand;

public sealed record Transfer(string From, string To, long Amount) : BankCommand;

/// <summary>What a command did: the balance of the account that received the money, and the number of the booking.</summary>
public sealed record Receipt(long Balance, long Number);

/// <summary>The state machine that is tested: accounts by name.</summary>
public sealed class Bank()
    : StateMachine<BankCommand, Receipt>(Codec.Json(BankJson.Default.BankCommand), Codec.Json(BankJson.Default.Receipt))
{
    private SortedDictionary<string, long> _balances = new(StringComparer.Ordinal);

    public long Total => _balances.Values.Sum();

    public long BalanceOf(string account) => _balances.GetValueOrDefault(account);

    protected override Receipt Apply(BankCommand command, in CommandContext context)
    {
        switch (command)
        {
            case Deposit deposit:
                return Book(deposit.To, deposit.Amount, in context);
            case Transfer transfer when BalanceOf(transfer.From) < transfer.Amount:
                throw new CommandRejectedException($"{transfer.From} has only {BalanceOf(transfer.From)}.");
            case Transfer transfer:
                Book(transfer.From, -transfer.Amount, in context);
                return Book(transfer.To, transfer.Amount, in context);
            default:
                throw new CommandRejectedException($"This version knows no {command.GetType().Name}.");
        }
    }

    protected override ISnapshotCapture? Capture() =>
        SnapshotCapture.Of(new SortedDictionary<string, long>(_balances, StringComparer.Ordinal), Codec.Json(BankJson.Default.Balances));

    protected override async ValueTask RestoreAsync(Stream snapshot, CancellationToken cancellationToken) =>
        _balances = new SortedDictionary<string, long>(
            await SnapshotCapture.ReadAsync(snapshot, Codec.Json(BankJson.Default.Balances), cancellationToken), StringComparer.Ordinal);

    private Receipt Book(string account, long amount, in CommandContext context) =>
        new(_balances[account] = BalanceOf(account) + amount, context.Index);
}

[JsonSerializable(typeof(BankCommand))]
[JsonSerializable(typeof(Receipt))]
[JsonSerializable(typeof(SortedDictionary<string, long>), TypeInfoPropertyName = "Balances")]
internal sealed partial class BankJson : JsonSerializerContext;
