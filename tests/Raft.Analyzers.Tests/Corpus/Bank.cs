// Accounts in an immutable dictionary: with-expressions, object initializers, switch expressions, sums.
public abstract record BankCommand;

public sealed record Open(string Name, string Owner) : BankCommand;

public sealed record Deposit(string Name, decimal Amount) : BankCommand;

public sealed record Transfer(string From, string To, decimal Amount) : BankCommand;

public sealed record Account
{
    public required string Owner { get; init; }

    public decimal Balance { get; init; }

    public ImmutableList<long> Bookings { get; init; } = [];

    public Account Book(decimal amount, long index) => this with { Balance = Balance + amount, Bookings = Bookings.Add(index) };
}

public sealed record Receipt(decimal Balance, int Bookings, DateTimeOffset At);

public sealed class Bank(ICodec<BankCommand> commands, ICodec<Receipt> results, ICodec<ImmutableDictionary<string, Account>> snapshots)
    : StateMachine<BankCommand, Receipt>(commands, results)
{
    private static readonly decimal Minimum = 1;
    private ImmutableDictionary<string, Account> _accounts = ImmutableDictionary<string, Account>.Empty;

    public decimal Total => _accounts.Values.Sum(account => account.Balance);

    protected override Receipt Apply(BankCommand command, in CommandContext context) => command switch
    {
        Open open => Save(open.Name, new Account { Owner = open.Owner }, context.Time),
        Deposit { Amount: <= 0 } deposit => throw new CommandRejectedException($"{deposit.Amount} is below {Minimum}."),
        Deposit deposit => Change(deposit.Name, deposit.Amount, in context),
        Transfer transfer when Of(transfer.From).Balance < transfer.Amount => throw new CommandRejectedException("Not enough."),
        Transfer transfer => Move(transfer, in context),
        _ => throw new CommandRejectedException($"This version knows no {command.GetType().Name}."),
    };

    protected override ISnapshotCapture? Capture() => SnapshotCapture.Of(_accounts, snapshots);

    protected override async ValueTask RestoreAsync(Stream snapshot, CancellationToken cancellationToken) =>
        _accounts = await SnapshotCapture.ReadAsync(snapshot, snapshots, cancellationToken);

    private Account Of(string name) =>
        _accounts.TryGetValue(name, out Account? account) ? account : throw new CommandRejectedException($"There is no account {name}.");

    private Receipt Move(Transfer transfer, in CommandContext context)
    {
        Change(transfer.From, -transfer.Amount, in context);
        return Change(transfer.To, transfer.Amount, in context);
    }

    private Receipt Change(string name, decimal amount, in CommandContext context) =>
        Save(name, Of(name).Book(amount, context.Index), context.Time);

    private Receipt Save(string name, Account account, DateTimeOffset time)
    {
        _accounts = _accounts.SetItem(name, account);
        return new Receipt(account.Balance, account.Bookings.Count, time);
    }
}
