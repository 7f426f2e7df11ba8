"""Real Airflow without its servers: a process of its own environment that syncs dags/ as MWAA does and runs DAGs on demand."""
