using System.Globalization;

namespace Raft.Chaos;

/// <summary>
/// The few registers that all clients use at the moment, so that many operations on one of them overlap. A register that was used often
/// enough is replaced by a new one, so that each history is short.
/// </summary>
/// <param name="complete">Receives each history that is complete.</param>
internal sealed class RegisterWindow(Action<RegisterHistory> complete)
{
    private const int Registers = 8;
    private const int OperationsPerRegister = 200;

    private readonly Lock _lock = new();
    private readonly RegisterHistory?[] _registers = new RegisterHistory?[Registers];
    private int _created;

    /// <summary>How many registers there were.</summary>
    public int Created
    {
        get
        {
            lock (_lock)
            {
                return _created;
            }
        }
    }

    /// <summary>The name of a register.</summary>
    /// <param name="number">How many there were with it.</param>
    public static string NameOf(int number) => string.Create(CultureInfo.InvariantCulture, $"r{number}");

    /// <summary>Begins an operation on one of the registers.</summary>
    /// <param name="position">Which one; any number of 0 or more.</param>
    /// <param name="client">The client.</param>
    /// <param name="create">Creates the operation, knowing the register.</param>
    public (RegisterHistory History, int Operation, RegisterInput Input) Begin(
        int position, string client, Func<RegisterHistory, RegisterInput> create)
    {
        lock (_lock)
        {
            ref RegisterHistory? register = ref _registers[position % Registers];
            if (register is null || register.Count >= OperationsPerRegister)
            {
                RegisterHistory? before = register;
                register = new RegisterHistory(NameOf(++_created));
                if (before is not null && before.Retire())
                {
                    complete(before);
                }
            }

            RegisterInput input = create(register);
            return (register, register.Begin(client, input), input);
        }
    }

    /// <summary>Ends all registers: no further operation begins.</summary>
    public void Close()
    {
        lock (_lock)
        {
            foreach (RegisterHistory? register in _registers)
            {
                if (register?.Retire() == true)
                {
                    complete(register);
                }
            }
        }
    }
}
