using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Reflection.Emit;
using System.Runtime.CompilerServices;

namespace Raft.Testing;

/// <summary>
/// Searches the code of a state machine for calls of what differs between nodes: from the members that a node calls, through all
/// that they call in the user's own assemblies. A virtual call leads to the overrides of the types that this code creates. Generic code
/// is read for each of its instantiations.
/// </summary>
/// <remarks>
/// What it cannot see: calls through reflection, <c>dynamic</c> or native code, and what packages and .NET do inside a call. It does not
/// follow the code that writes a capture to a snapshot, which runs on each node at a time of its own, and next to commands. A method that
/// calls itself with ever larger type arguments is read in several sizes.
/// </remarks>
[UnconditionalSuppressMessage("Trimming", "IL2026", Justification = "What was trimmed is not there to be called.")]
[UnconditionalSuppressMessage("Trimming", "IL2055", Justification = "What was trimmed is not there to be called.")]
[UnconditionalSuppressMessage("Trimming", "IL2067", Justification = "What was trimmed is not there to be called.")]
[UnconditionalSuppressMessage("Trimming", "IL2070", Justification = "What was trimmed is not there to be called.")]
[UnconditionalSuppressMessage("Trimming", "IL2072", Justification = "What was trimmed is not there to be called.")]
[UnconditionalSuppressMessage("Trimming", "IL2075", Justification = "What was trimmed is not there to be called.")]
[UnconditionalSuppressMessage("Trimming", "IL2111", Justification = "What was trimmed is not there to be called.")]
[UnconditionalSuppressMessage("AOT", "IL3050", Justification = "Ahead of time, the clause that uses it is left out.")]
internal sealed class MachineCode
{
    private const BindingFlags Declared =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    /// <summary>Overrides that no command needs: collections and debuggers call them.</summary>
    private static readonly string[] NotFollowed =
        [nameof(GetHashCode), nameof(ToString), nameof(IDisposable.Dispose), nameof(IAsyncDisposable.DisposeAsync)];

    private readonly UserAssemblies _assemblies;
    private readonly Queue<MethodBase> _open = [];
    private readonly Dictionary<MethodBase, MethodBase?> _cameFrom = [];
    private readonly Instantiations _instantiations = new();
    private readonly HashSet<Type> _seenTypes = [];
    private readonly List<Type> _created = [];
    private readonly OrderedDictionary<MethodInfo, MethodBase> _virtualCalls = []; // with the first caller
    private readonly List<DifferingCall> _found = [];

    private MachineCode(UserAssemblies assemblies) => _assemblies = assemblies;

    /// <summary>Finds the calls in the code of a machine, in the order in which the code leads to them.</summary>
    public static IReadOnlyList<DifferingCall> Search(Type machine)
    {
        MachineCode code = new(UserAssemblies.Of(machine));
        for (Type? type = machine; type is not null && code._assemblies.Contains(type); type = type.BaseType)
        {
            foreach (ConstructorInfo constructor in type.GetConstructors(Declared))
            {
                code.Follow(constructor, from: null);
            }
        }

        foreach (MethodInfo method in machine.GetInterfaceMap(typeof(IStateMachine)).TargetMethods)
        {
            code.Follow(method, from: null);
        }

        code.Create(machine, from: null);
        while (code._open.TryDequeue(out MethodBase? method))
        {
            code.Read(method);
        }

        return code._found;
    }

    private void Read(MethodBase method)
    {
        Type[] typeArguments = method.DeclaringType!.GetGenericArguments();
        Type[] methodArguments = method.IsGenericMethod ? method.GetGenericArguments() : [];
        if (method.GetCustomAttribute<StateMachineAttribute>()?.StateMachineType is { } generated)
        {
            Type closed = generated.IsGenericType ? generated.MakeGenericType([.. typeArguments, .. methodArguments]) : generated;
            foreach (MethodInfo body in closed.GetMethods(Declared).Where(static each => each.Name == "MoveNext"))
            {
                Follow(body, method);
            }
        }

        if (method.GetMethodBody()?.GetILAsByteArray() is not { } code)
        {
            return;
        }

        Type? constrained = null;
        foreach ((OpCode instruction, int token) in ILReader.ReadMembers(code))
        {
            MemberInfo? member = Resolve(method.Module, token, typeArguments, methodArguments);
            if (member is Type type)
            {
                CreateValue(type, method);
                constrained = instruction == OpCodes.Constrained ? type : null; // of the next instruction
                continue;
            }

            if (member is MethodInfo { IsStatic: true, IsVirtual: true } called && constrained is not null)
            {
                member = Overrides.Find(constrained, called) ?? called; // T.Method(), where T is known here
            }

            if (member is not null)
            {
                Examine(member, instruction, method);
            }

            constrained = null;
        }
    }

    private static MemberInfo? Resolve(Module module, int token, Type[]? typeArguments, Type[]? methodArguments)
    {
        try
        {
            return module.ResolveMember(token, typeArguments, methodArguments);
        }
        // An assembly is missing that only this call needs, so no run has made the call.
        catch (Exception exception)
            when (exception is IOException or TypeLoadException or BadImageFormatException or MissingMemberException)
        {
            return null;
        }
    }

    private void Examine(MemberInfo member, OpCode instruction, MethodBase from)
    {
        if (member is FieldInfo { IsStatic: true, DeclaringType: { } owner } && _assemblies.Contains(owner))
        {
            Initialize(owner, from);
            return;
        }

        if (member is not MethodBase { DeclaringType: { } type } method)
        {
            return;
        }

        if (!_assemblies.Contains(type))
        {
            if (DifferingCalls.Find(method) is { } reason)
            {
                _found.Add(new DifferingCall(PathTo(from), method, reason));
            }

            if (method is { Name: nameof(Activator.CreateInstance), IsGenericMethod: true } && type == typeof(Activator))
            {
                CreateByDefault(method.GetGenericArguments()[0], from); // new T()
            }

            return;
        }

        if (instruction == OpCodes.Newobj || (method.IsConstructor && type.IsValueType))
        {
            Create(type, from);
        }

        if (method is MethodInfo { IsVirtual: true } overridden && (instruction == OpCodes.Callvirt || instruction == OpCodes.Ldvirtftn))
        {
            CallVirtual(overridden, from);
        }

        Initialize(type, from);
        if (!IsWriterOfCapture(method, instruction))
        {
            Follow(method, from);
        }
    }

    /// <summary>
    /// Whether a method may be one for <see cref="SnapshotCapture.Of{T}(T, Func{T, Stream, CancellationToken, ValueTask})"/>.
    /// </summary>
    private static bool IsWriterOfCapture(MethodBase method, OpCode instruction) => instruction == OpCodes.Ldftn
        && method is MethodInfo { ReturnType: { } result } && result == typeof(ValueTask)
        && method.GetParameters() is [_, var stream, var token]
        && stream.ParameterType == typeof(Stream) && token.ParameterType == typeof(CancellationToken);

    private void Follow(MethodBase method, MethodBase? from)
    {
        if (method.DeclaringType is not { } type || !_assemblies.Contains(type) || _cameFrom.ContainsKey(method))
        {
            return;
        }

        _cameFrom.Add(method, from);
        switch (_instantiations.Admit(method))
        {
            case Instantiations.Admission.Read:
                _open.Enqueue(method);
                break;
            case Instantiations.Admission.TooMany:
                _found.Add(new DifferingCall(PathTo(from ?? method), method, $"It has more than {Instantiations.MostOfAMethod} "
                    + "combinations of type arguments, and only that many were read: check the others, then add it to AllowedCalls."));
                break;
        }
    }

    private void Initialize(Type type, MethodBase from)
    {
        if (type.TypeInitializer is { } initializer)
        {
            Follow(initializer, from);
        }
    }

    /// <summary>A value that becomes an object, or is there without a constructor.</summary>
    private void CreateValue(Type type, MethodBase from)
    {
        Type value = Nullable.GetUnderlyingType(type) ?? type;
        if (value.IsValueType && _assemblies.Contains(value))
        {
            Create(value, from);
        }
    }

    private void CreateByDefault(Type type, MethodBase from)
    {
        if (!_assemblies.Contains(type))
        {
            return;
        }

        Create(type, from);
        Initialize(type, from);
        if (type.GetConstructor(Declared & ~BindingFlags.Static, Type.EmptyTypes) is { } constructor)
        {
            Follow(constructor, from);
        }
    }

    /// <summary>Code that is not the user's may call the overrides of what it declares; the user's code calls the others.</summary>
    private void Create(Type type, MethodBase? from)
    {
        if (!_seenTypes.Add(type))
        {
            return;
        }

        _created.Add(type);
        for (Type? each = type; each is not null && _assemblies.Contains(each); each = each.BaseType)
        {
            foreach (MethodInfo method in each.GetMethods(Declared).Where(static method => method.IsVirtual && !method.IsAbstract))
            {
                if (!NotFollowed.Contains(method.Name) && IsCalledFromOutside(type, method))
                {
                    Follow(method, from);
                }
            }
        }

        foreach ((MethodInfo method, MethodBase caller) in _virtualCalls)
        {
            FollowOverride(type, method, caller);
        }
    }

    private bool IsCalledFromOutside(Type type, MethodInfo method)
    {
        if (method.GetBaseDefinition().DeclaringType is { } declaring && !_assemblies.Contains(declaring))
        {
            return true;
        }

        return !type.ContainsGenericParameters && !type.IsInterface && type.GetInterfaces().Any(each =>
            each != typeof(ISnapshotCapture) && !_assemblies.Contains(each) && type.GetInterfaceMap(each).TargetMethods.Contains(method));
    }

    private void CallVirtual(MethodInfo method, MethodBase from)
    {
        if (!_virtualCalls.TryAdd(method, from))
        {
            return;
        }

        foreach (Type type in _created)
        {
            FollowOverride(type, method, from);
        }
    }

    private void FollowOverride(Type type, MethodInfo method, MethodBase from)
    {
        if (Overrides.Find(type, method) is { } found)
        {
            Follow(found, from);
        }
    }

    private List<MethodBase> PathTo(MethodBase method)
    {
        List<MethodBase> path = [];
        for (MethodBase? each = method; each is not null; each = _cameFrom.GetValueOrDefault(each))
        {
            path.Insert(0, each);
        }

        return path;
    }
}
